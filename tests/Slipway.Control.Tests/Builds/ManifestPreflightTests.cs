using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Tests.Builds;

/// <summary>What slipway.toml changes of what preflight decides by itself, and how that is said.</summary>
public sealed class ManifestPreflightTests : IDisposable
{
    private static readonly ProcessType Web = ProcessType.Parse("web"), Worker = ProcessType.Parse("worker");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ManifestPreflightTests With(string name, string content)
    {
        _folder.File(name, content);
        return this;
    }

    private Planned Plan(params IEnumerable<(string, string)> config) => Planned.Of(_folder, config);

    private SlipwayError Refused() => Assert.Throws<SlipwayException>(() => Plan()).Error;

    [Fact]
    public void Its_commands_beat_the_procfiles_name_by_name_and_that_is_said()
    {
        With("app.py", "").With("Procfile", "web: one\nworker: two\n").With("slipway.toml", "[processes]\nworker = 'three'\n");
        var plan = Plan();
        Assert.Equal(("one", "three"), (plan.ProcessTypes[Web], plan.ProcessTypes[Worker]));
        Assert.Contains("worker: three (slipway.toml:2, not the Procfile's 'two')", plan.Decisions);
    }

    [Fact]
    public void A_server_beats_the_procfiles_web_line_and_that_is_said()
    {
        With("app.py", "").With("Procfile", "web: one\nworker: two\n").With("slipway.toml", "server = 'uwsgi'\n");
        var plan = Plan();
        Assert.False(plan.ProcessTypes.ContainsKey(Web));
        Assert.Equal(("uwsgi", "debian"), (plan.Detail("server"), plan.Dependencies.Inputs["server"]));
        Assert.Equal(["uwsgi-core", "uwsgi-plugin-python3"], plan.Plan.Packages);
        Assert.Contains(plan.Decisions, line => line.Contains("not by the Procfile's 'one'"));
    }

    [Fact]
    public void Debian_packages_of_the_app_and_of_its_server_are_one_list()
    {
        With("app.py", "").With("slipway.toml", "server = 'mod_wsgi'\npackages = ['ffmpeg', 'apache2']\n");
        Assert.Equal(["apache2", "ffmpeg", "libapache2-mod-wsgi-py3"], Plan().Plan.Packages);
    }

    [Fact]
    public void Its_root_is_the_app_and_the_config_var_beats_it()
    {
        With("one/app.py", "").With("two/app.py", "").With("slipway.toml", "root = 'one'\n");
        Assert.Equal("one", Plan().Root);
        Assert.Equal("two", Plan(("PROJECT_PATH", "two")).Root);
        With("slipway.toml", "root = 'three'\n");
        var error = Refused();
        Assert.Equal("root_missing", error.Id);
        Assert.StartsWith("slipway.toml:1: ", error.Message);
    }

    [Fact]
    public void The_kind_that_it_names_is_not_searched_for()
    {
        With("app.py", "").With("index.html", "").With("slipway.toml", "kind = 'plain'\nprocesses.web = 'serve'\n");
        Assert.Equal("plain", Plan().Kind.Name);
    }

    [Fact]
    public void A_key_that_means_nothing_for_the_kind_is_told()
    {
        With("Procfile", "web: serve\n").With("slipway.toml", "kind = 'plain'\nserver = 'uwsgi'\n");
        var error = Refused();
        Assert.Equal("key_without_effect", error.Id);
        Assert.StartsWith("slipway.toml:2: ", error.Message);
    }

    [Fact]
    public void A_python_that_the_stack_has_not_is_told()
    {
        With("app.py", "").With("slipway.toml", "python = '3.12'\n");
        Assert.Equal("python_version_unavailable", Refused().Id);
    }

    [Fact]
    public void A_wrong_file_ends_it_before_anything_else_is_looked_at()
    {
        With("notes.txt", "").With("slipway.toml", "sever = 'uwsgi'\n");
        Assert.Equal("unknown_key", Refused().Id);
    }

    [Theory]
    [InlineData("ASGI_APPLICATION = 'mysite.asgi.application'\n", "asgi")]
    [InlineData("INSTALLED_APPS = [\n    'channels',\n]\n", "asgi")]
    [InlineData("WSGI_APPLICATION = 'mysite.wsgi.application'\n# ASGI_APPLICATION = 'x'\n", null)]
    public void Settings_that_speak_asgi_get_a_server_that_does(string settings, string? speaks)
    {
        With("manage.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n# django\n").With("mysite/settings.py", settings);
        Assert.Equal(speaks, Plan().Detail("speaks"));
    }
}
