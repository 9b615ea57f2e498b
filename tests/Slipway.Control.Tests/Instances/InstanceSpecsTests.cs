using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Images;
using Slipway.Control.Instances;

namespace Slipway.Control.Tests.Instances;

public sealed class InstanceSpecsTests
{
    private static readonly Digest Base = Digest.Parse("sha256:" + new string('a', 64));
    private static readonly Digest Top = Digest.Parse("sha256:" + new string('b', 64));

    private static readonly AppSurroundings Blog = new(
        AppName.Parse("blog"), 200_001, [DomainName.Parse("blog.localhost"), DomainName.Parse("www.example.org")],
        new Dictionary<string, string> { ["SECRET_KEY"] = "made once" },
        [new Mount(MountKind.Volume, "media", "/data/media", ReadOnly: false)],
        new Dictionary<string, int> { ["postgres.slipway.internal"] = 2 });

    private static ReleaseContent Release(string web = "gunicorn blog.wsgi -b :$PORT", params (string Key, string Value)[] config) => new()
    {
        App = Blog.App,
        Version = 7,
        Layers = [Base, Top],
        Facts = new ImageFacts
        {
            WorkingDirectory = "/app/src",
            Environment = new Dictionary<string, string> { ["DJANGO_SETTINGS_MODULE"] = "slipway.settings", ["SECRET_KEY"] = "from the image" },
            Static = new Dictionary<string, string> { ["/static/"] = "/slipway/static" },
            PublicVolumes = new Dictionary<string, string> { ["/media/"] = "media" },
        },
        ConfigVars = config.ToDictionary(pair => pair.Key, pair => pair.Value),
        ProcessTypes = new Dictionary<string, string> { ["web"] = web, ["Worker"] = "celery worker" },
    };

    private static InstanceSpec Web(ReleaseContent release, InstanceSize? size = null) =>
        InstanceSpecs.Process(Blog, release, ProcessType.Parse("web"), 2, size ?? InstanceSize.Standard);

    [Fact]
    public void A_web_instance_knows_who_it_is_and_where_to_listen()
    {
        var spec = Web(Release());
        Assert.Equal(["gunicorn", "blog.wsgi", "-b", ":5000"], spec.Command);
        Assert.Equal(("web.2", 7, 200_001, "/app/src"), (spec.Name, spec.Release, spec.Uid, spec.WorkingDirectory));
        Assert.Equal(InstanceSize.Standard.Limits, spec.Limits);
        Assert.Equal(("blog", "v7", "web.2", "blog.localhost,www.example.org", "/run/slipway/web.sock", "5000"), (
            spec.Environment["SLIPWAY_APP"], spec.Environment["SLIPWAY_RELEASE"], spec.Environment["SLIPWAY_INSTANCE"],
            spec.Environment["SLIPWAY_DOMAINS"], spec.Environment["SLIPWAY_SOCKET"], spec.Environment["PORT"]));
        Assert.Equal(Blog.Volumes, spec.Mounts);
        Assert.Equal(Blog.Links, spec.Links);
    }

    [Fact]
    public void Secrets_beat_the_image_and_config_vars_beat_both_but_not_the_platform()
    {
        var plain = Web(Release()).Environment;
        Assert.Equal(("made once", "made once", "slipway.settings"), (plain["SECRET_KEY"], plain["SLIPWAY_SECRET_KEY"], plain["DJANGO_SETTINGS_MODULE"]));

        var own = Web(Release("serve $SLIPWAY_APP", ("SECRET_KEY", "mine"), ("WEB_CONCURRENCY", "9"), ("PATH", "/mine"), ("PORT", "1"), ("SLIPWAY_APP", "other"), ("SLIPWAY_SETTINGS_KEEP", "LOGGING"), ("SLIPWAY_DATABASE", "sqlite")));
        Assert.Equal(("LOGGING", "sqlite"), (own.Environment["SLIPWAY_SETTINGS_KEEP"], own.Environment["SLIPWAY_DATABASE"])); // theirs to choose
        Assert.Equal(("mine", "made once", "9", "/mine", "5000", "blog"), (
            own.Environment["SECRET_KEY"], own.Environment["SLIPWAY_SECRET_KEY"], own.Environment["WEB_CONCURRENCY"],
            own.Environment["PATH"], own.Environment["PORT"], own.Environment["SLIPWAY_APP"]));
        Assert.Equal(["serve", "blog"], own.Command);
    }

    [Fact]
    public void Errors_go_to_this_server_unless_the_app_has_a_place_of_its_own()
    {
        var blog = Blog with { Dsn = new Uri("http://k@10.83.0.1:7079/4") };
        var plain = InstanceSpecs.Process(blog, Release(), ProcessType.Parse("web"), 1, InstanceSize.Standard).Environment;
        Assert.Equal(("http://k@10.83.0.1:7079/4", "v7", "production"), (plain["SENTRY_DSN"], plain["SENTRY_RELEASE"], plain["SENTRY_ENVIRONMENT"]));
        var own = InstanceSpecs.Process(blog, Release("serve", ("SENTRY_DSN", "https://k@sentry.example.org/1"), ("SENTRY_RELEASE", "abc")), ProcessType.Parse("web"), 1, InstanceSize.Standard).Environment;
        Assert.Equal(("https://k@sentry.example.org/1", "abc", "production"), (own["SENTRY_DSN"], own["SENTRY_RELEASE"], own["SENTRY_ENVIRONMENT"]));
        Assert.DoesNotContain("SENTRY_DSN", Web(Release()).Environment.Keys);
    }

    [Fact]
    public void Mail_goes_to_the_relay_which_is_reached_by_those_who_use_it_alone()
    {
        var blog = Blog with { Mail = new AppMail("mail.slipway.internal", 254, "p", new Dictionary<string, string> { ["EMAIL_HOST"] = "mail.slipway.internal", ["EMAIL_URL"] = "smtp://u:p@mail.slipway.internal:25", ["SMTP_URL"] = "smtp://u:p@mail.slipway.internal:25", ["DEFAULT_FROM_EMAIL"] = "blog@blog.localhost" }) };
        var plain = InstanceSpecs.Process(blog, Release("serve", ("DEFAULT_FROM_EMAIL", "me@example.org")), ProcessType.Parse("web"), 1, InstanceSize.Standard);
        Assert.Equal(("mail.slipway.internal", "me@example.org", 254), (plain.Environment["EMAIL_HOST"], plain.Environment["DEFAULT_FROM_EMAIL"], plain.Links["mail.slipway.internal"]));
        foreach (var own in (string[])["EMAIL_HOST", "EMAIL_URL", "SMTP_URL"])
        {
            var spec = InstanceSpecs.Process(blog, Release("serve", (own, "mine")), ProcessType.Parse("web"), 1, InstanceSize.Standard);
            Assert.Equal([own], spec.Environment.Keys.Where(key => key.Contains("EMAIL", StringComparison.Ordinal) || key.Contains("SMTP", StringComparison.Ordinal)));
            Assert.DoesNotContain("mail.slipway.internal", spec.Links.Keys);
        }
    }

    [Fact]
    public void Only_web_is_told_to_listen()
    {
        var worker = InstanceSpecs.Process(Blog, Release(), ProcessType.Parse("Worker"), 1, InstanceSize.Small);
        Assert.Equal("worker.1", worker.Name);
        Assert.DoesNotContain("PORT", worker.Environment.Keys);
        Assert.DoesNotContain("SLIPWAY_SOCKET", worker.Environment.Keys);
    }

    [Theory]
    [InlineData("small", "2")]
    [InlineData("standard", "3")]
    [InlineData("large", "5")]
    [InlineData("xlarge", "5")]
    public void Workers_follow_from_the_size(string size, string workers) =>
        Assert.Equal(workers, Web(Release(), InstanceSize.Named(size)).Environment["WEB_CONCURRENCY"]);

    [Fact]
    public void An_unknown_size_is_refused_with_those_there_are()
    {
        var e = Assert.Throws<SlipwayException>(() => InstanceSize.Named("huge"));
        Assert.Equal("unknown_size", e.Error.Id);
        Assert.Contains("small (256 MiB, 0.5 CPU)", e.Error.Why);
    }

    [Fact]
    public void A_line_that_cannot_be_taken_apart_is_left_to_the_shell_to_complain() =>
        Assert.Equal(["/bin/sh", "-c", "echo 'open"], Web(Release("echo 'open")).Command);

    [Fact]
    public void One_offs_take_a_line_or_an_argument_list()
    {
        var terminal = new TerminalSize(80, 24);
        InstanceSpec OneOff(params string[] command) => InstanceSpecs.OneOff(
            Blog, Release(), "run.4821", command, new Dictionary<string, string> { ["X"] = "y z" }, InstanceSize.Standard, terminal);
        Assert.Equal(["echo", "y", "z"], OneOff("echo $X").Command);
        Assert.Equal(["echo", "$X", "a;b"], OneOff("echo", "$X", "a;b").Command);
        Assert.Equal(("xterm-256color", terminal, InstanceKind.OneOff), (OneOff("sh").Environment["TERM"], OneOff("sh").Terminal, OneOff("sh").Kind));
    }

    [Fact]
    public void The_edge_serves_static_folders_of_the_topmost_layer_that_has_them_and_public_volumes()
    {
        using var home = new TemporaryFolder();
        var server = new ServerConfig { Home = home.Path };
        home.File($"layers/{Base.FileName}/slipway/static/old.css", "");
        var top = Path.GetDirectoryName(home.File($"layers/{Top.FileName}/slipway/static/new.css", ""))!;
        Assert.Equal(
            [new StaticMount("/media/", home.Path + "/volumes/blog/media", StaticKind.Volume), new StaticMount("/static/", top, StaticKind.Layer)],
            Release().StaticMounts(server));
    }

    [Fact]
    public void Ids_are_short_valid_and_tell_their_shape()
    {
        var app = AppName.Parse("a-very-long-app-name-of-thirty");
        var id = InstanceIds.New(app, "4f2a9c");
        Assert.Equal("4f2a9c", InstanceIds.ShapeOf(id));
        Assert.InRange(id.Value.Length, 3, 40);
        Assert.NotEqual(id, InstanceIds.New(app, "4f2a9c"));
    }
}
