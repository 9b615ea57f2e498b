using Slipway.Contracts.Errors;
using Slipway.Control.Addons;

namespace Slipway.Control.Tests.Addons;

/// <summary>What each kind of add-on says is to be run, literally.</summary>
public sealed class AddonKindTests
{
    private const string Password = "Sesame123";

    private static readonly AddonKind Postgresql = AddonKinds.Of("postgresql"), Mariadb = AddonKinds.Of("mariadb"), Redis = AddonKinds.Of("redis");

    public static TheoryData<string> Services => [.. AddonKind.All.Select(kind => kind.Service)];

    [Theory]
    [InlineData("postgresql", "postgresql", "shared")]
    [InlineData("heroku-postgresql:essential-0", "postgresql", "shared")]
    [InlineData("mysql", "mariadb", "shared")]
    [InlineData("redis", "redis", "standard")]
    [InlineData("redis:cache", "redis", "cache")]
    [InlineData("heroku-redis:premium-0", "redis", "standard")]
    public void An_addon_is_asked_for_by_its_name_or_the_one_it_has_elsewhere(string asked, string service, string plan)
    {
        var (kind, chosen) = AddonKinds.Named(asked);
        Assert.Equal((service, plan), (kind.Service, chosen));
    }

    [Theory]
    [InlineData("mongodb", "unknown_addon", "postgresql, mariadb, redis")]
    [InlineData("", "unknown_addon", "postgresql, mariadb, redis")]
    [InlineData(null, "unknown_addon", "postgresql, mariadb, redis")]
    [InlineData("redis:huge", "unknown_plan", "standard: ")]
    public void What_there_is_not_is_said_with_what_there_is(string? asked, string id, string why)
    {
        var error = Assert.Throws<SlipwayException>(() => AddonKinds.Named(asked)).Error;
        Assert.Equal(id, error.Id);
        Assert.Contains(why, error.Why);
    }

    [Fact]
    public void Urls_are_what_libraries_understand()
    {
        Assert.Equal("postgres://app_blog:Sesame123@postgres.slipway.internal:5432/app_blog", Url(Postgresql, "postgres.slipway.internal").OriginalString);
        Assert.Equal("mysql://app_blog:Sesame123@mariadb.slipway.internal:3306/app_blog", Url(Mariadb, "mariadb.slipway.internal").OriginalString);
        Assert.Equal("redis://:Sesame123@redis-12.slipway.internal:6379", Url(Redis, "redis-12.slipway.internal").OriginalString);
    }

    /// <summary>Arguments are in process lists and in the runner's journal.</summary>
    [Theory, MemberData(nameof(Services))]
    public void No_password_is_ever_an_argument(string service)
    {
        var (kind, url) = (AddonKinds.Of(service), Url(AddonKinds.Of(service), "x.slipway.internal"));
        var commands = new[] { kind.Ready(url), kind.Create(url), kind.Drop(url), kind.Migrations(url), kind.Facts(url) }.OfType<ConsoleCommand>().ToList();
        Assert.All(commands.SelectMany(command => command.Words), word => Assert.DoesNotContain(Password, word));
        Assert.All(kind.Client(url).Command, word => Assert.DoesNotContain(Password, word));
        Assert.Contains(Password, kind.Client(url).Environment.Values);
        foreach (var plan in kind.Plans)
        {
            var program = kind.Server(plan.Name, kind.IsShared ? null : url);
            Assert.All(program.Script.Command(program.KeepsData), word => Assert.DoesNotContain(Password, word));
        }
    }

    [Theory, MemberData(nameof(Services))]
    public void What_is_not_a_plain_word_reaches_no_command(string service)
    {
        var kind = AddonKinds.Of(service);
        if (kind.Create(Url(kind, "x.slipway.internal")) is null) return;
        var hostile = new Uri("x://app'--:p@x.slipway.internal/app'--");
        Assert.Throws<ArgumentException>(() => kind.Create(hostile));
        Assert.Throws<ArgumentException>(() => kind.Drop(hostile));
    }

    /// <summary>'_' in the database name of a GRANT matches any letter.</summary>
    [Fact]
    public void A_user_of_MariaDB_gets_rights_on_no_database_but_its_own()
    {
        var create = Mariadb.Create(Url(Mariadb, "mariadb.slipway.internal"))!;
        Assert.Contains(@"GRANT ALL PRIVILEGES ON `app\_blog`.* TO 'app_blog'@'%';", create.Input);
        Assert.Equal(1, create.Input.Split("GRANT ").Length - 1);
        Assert.DoesNotContain("*.*", create.Input);
    }

    [Fact]
    public void A_cache_evicts_and_has_no_volume_and_a_store_does_neither()
    {
        var url = Url(Redis, "redis-9.slipway.internal");
        var (standard, cache) = (Redis.Server("standard", url), Redis.Server("cache", url));
        Assert.Equal((true, "noeviction", "yes"), (standard.KeepsData, standard.Environment["POLICY"], standard.Environment["APPEND"]));
        Assert.Equal((false, "allkeys-lru", "no"), (cache.KeepsData, cache.Environment["POLICY"], cache.Environment["APPEND"]));
    }

    [Theory, MemberData(nameof(Services))]
    public void A_server_that_keeps_data_refuses_an_empty_volume_and_anothers(string service)
    {
        var kind = AddonKinds.Of(service);
        var script = kind.Server(kind.Plans[0].Name, Url(kind, "x.slipway.internal")).Script.Command(keepsData: true)[^1];
        Assert.Contains("this volume is empty, but this server has had data", script);
        Assert.Contains("this volume holds another server's data", script);
        Assert.True(script.IndexOf("flock", StringComparison.Ordinal) < script.IndexOf("create\n", script.IndexOf("flock", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void Only_what_leads_to_this_servers_addons_counts_as_its_own()
    {
        Assert.True(AddonUrl.IsOwn("postgres://a:b@postgres.slipway.internal:5432/a"));
        Assert.True(AddonUrl.IsOwn("redis://:b@redis-3.slipway.internal:6379/1"));
        Assert.False(AddonUrl.IsOwn("postgres://a:b@db.example.com/slipway.internal"));
        Assert.False(AddonUrl.IsOwn("see slipway.internal"));
        Assert.False(AddonUrl.IsOwn(""));
    }

    private static Uri Url(AddonKind kind, string host) => kind.UrlOf(host, "app_blog", Password);
}
