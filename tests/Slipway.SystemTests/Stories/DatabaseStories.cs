using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Databases and caches by one command, with the clients that people know.</summary>
public sealed class DatabaseStories(Platform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task MariaDB_holds_a_Django_site_and_loses_nothing_that_it_acknowledged()
    {
        const string app = "maria-story", reader = "maria-reader";
        using var folder = await VersionedSite.CreateAsync("marina");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", app)).MustSucceed();
        (await cli.RunAsync("addons", "create", "mariadb", "--app", app)).MustSucceed();
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal(1, VersionedSite.Of(await site.TextAsync()));
        await Admin.ShowUserAsync(site, cli, app); // its migrations ran, its rows are read
        Assert.Contains("MariaDB", (await cli.RunAsync("db", "info", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);

        Assert.Equal("ada", (await SqlAsync(app, "SELECT username FROM auth_user;")).MustSucceed().LastLine);
        Assert.Contains("1064", (await SqlAsync(app, "SELEKT 1;")).MustFail(1).ToString(), StringComparison.Ordinal);
        using (var shell = cli.OpenTerminal($"slipway db shell --app {app}"))
        {
            await shell.ExpectAsync("[app_maria_story]>");
            await shell.TypeAsync("select concat('seen by ', username) from auth_user;\r");
            await shell.ExpectAsync("seen by ada");
            await shell.TypeAsync("\\q\r");
            Assert.Equal(0, await shell.ExitCodeAsync());
        }

        // A power failure of the server alone, at once after a commit was acknowledged.
        (await SqlAsync(app, "CREATE TABLE ledger (entry INT); INSERT INTO ledger VALUES (41); INSERT INTO ledger VALUES (42);")).MustSucceed();
        var server = Assert.Single(Daemons.InstancesOn(platform, "slipway-mariadb"));
        Daemons.KillHard(server);
        await Eventually.TrueAsync(async () => (await SqlAsync(app, "SELECT MAX(entry) FROM ledger;")) is { ExitCode: 0, LastLine: "42" }, Patience, () => "the rows are not there");
        Assert.NotEqual(server, Assert.Single(Daemons.InstancesOn(platform, "slipway-mariadb")));
        await site.UntilAsync((_, text) => VersionedSite.Of(text) == 1, Patience);

        // Another app gets it, sees the same rows, and its owner can then not take it away by mistake.
        using var other = PlainSite.Create(reader, "reads");
        (await platform.Cli.In(other.Path).RunAsync("deploy", "--app", reader)).MustSucceed();
        (await SqlAsync(reader, "SELECT 1;")).MustFail(4);
        (await cli.RunAsync("addons", "attach", "mariadb-" + app, "--as", "LEDGER", "--app", reader)).MustSucceed();
        Assert.StartsWith("mysql://app_maria_story:", (await cli.RunAsync("run", "--app", reader, "--", "printenv", "LEDGER_URL")).MustSucceed().Output, StringComparison.Ordinal);
        Assert.Equal("42", (await SqlAsync(reader, "SELECT MAX(entry) FROM ledger;", "LEDGER")).MustSucceed().LastLine);
        Assert.Contains($"slipway addons detach mariadb-{app} -a {reader}", (await DestroyAsync(app)).MustFail(1).Errors, StringComparison.Ordinal);
        (await cli.RunAsync("addons", "detach", "LEDGER", "--app", reader)).MustSucceed();
        (await cli.RunAsync("run", "--app", reader, "--", "printenv", "LEDGER_URL")).MustFail(1);
        Assert.Equal("reads", await platform.Site(reader).TextAsync());

        // A site that cannot do without its database keeps it: the release comes first, and the data go after it.
        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        (await platform.Cli.RunAsync("destroy", "--app", reader, "--confirm", reader)).MustSucceed();
        await Leftovers.NoneOfAsync(platform, app);

        Task<RunResult> DestroyAsync(string confirm) => cli.RunAsync("addons", "destroy", "mariadb-" + app, "--app", app, "--confirm", confirm);
    }

    [Fact]
    public async Task Redis_keeps_what_it_took_is_nobody_elses_and_goes_with_its_data()
    {
        const string app = "redis-story", stranger = "redis-stranger";
        using var folder = PlainSite.Create(app, "with redis");
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        (await cli.RunAsync("addons", "create", "redis", "--app", app)).MustSucceed();
        (await cli.RunAsync("addons", "create", "redis:cache", "--as", "CACHE", "--app", app)).MustSucceed();

        Assert.Equal("OK", (await RedisAsync("redis", "SET berth 12")).MustSucceed().LastLine);
        Assert.Equal("OK", (await RedisAsync("CACHE", "SET berth 13")).MustSucceed().LastLine);
        Assert.Contains("NOPERM", (await RedisAsync("redis", "CONFIG SET appendonly no")).ToString(), StringComparison.Ordinal);
        var facts = (await cli.RunAsync("addons", "info", "REDIS", "--app", app)).MustSucceed().Output;
        Assert.Contains("Redis 7", facts, StringComparison.Ordinal);

        string[] servers = [await AddonServer.OfAsync(platform, app, "REDIS"), await AddonServer.OfAsync(platform, app, "CACHE")];
        foreach (var server in servers) Daemons.KillHard(Assert.Single(Daemons.InstancesOn(platform, server)));
        await Eventually.TrueAsync(async () => (await RedisAsync("redis", "GET berth")) is { ExitCode: 0, LastLine: "12" }, Patience, () => "the key is not there");
        await Eventually.TrueAsync(async () => (await RedisAsync("CACHE", "EXISTS berth")) is { ExitCode: 0, LastLine: "0" }, Patience, () => "a cache that forgets did not come back empty");

        // The app reaches its own; whoever it is not linked to does not, even by address.
        const string ask = "import socket, sys, urllib.parse as u, os; a = u.urlparse(os.environ.get('REDIS_URL') or sys.argv[1]); s = socket.create_connection((a.hostname, 6379), 3); print(s.getsockname())";
        (await cli.RunAsync("run", "--app", app, "--", "python", "-c", ask)).MustSucceed();
        var address = (await cli.RunAsync("run", "--app", app, "--", "python", "-c", "import socket, os, urllib.parse as u; print(socket.gethostbyname(u.urlparse(os.environ['REDIS_URL']).hostname))")).MustSucceed().LastLine;
        using var other = PlainSite.Create(stranger, "without");
        (await platform.Cli.In(other.Path).RunAsync("deploy", "--app", stranger)).MustSucceed();
        var refused = (await cli.RunAsync("run", "--app", stranger, "--", "python", "-c", ask, $"redis://{address}")).MustFail(1);
        Assert.Matches("timed out|refused|unreachable", refused.ToString());

        (await cli.RunAsync("addons", "destroy", "CACHE", "--app", app, "--confirm", app)).MustSucceed();
        (await cli.RunAsync("run", "--app", app, "--", "printenv", "CACHE_URL")).MustFail(1);
        Assert.Equal("12", (await RedisAsync("redis", "GET berth")).MustSucceed().LastLine);
        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        (await platform.Cli.RunAsync("destroy", "--app", stranger, "--confirm", stranger)).MustSucceed();
        await Eventually.TrueAsync(() => servers.All(server => Daemons.InstancesOn(platform, server).Count == 0
            && !Directory.Exists(Path.Combine(platform.Config.VolumesDirectory, server))), Patience, () => "a server or its volume is left");

        Task<RunResult> RedisAsync(string addon, string command) => cli.RunAsync(["db", "shell", addon, "--app", app], command + "\n");
    }

    [Fact]
    public async Task PostgreSQLs_own_client_comes_with_it_and_an_unknown_add_on_is_named()
    {
        const string app = "psql-story";
        using var folder = PlainSite.Create(app, "plain");
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Contains("slipway addons create postgresql", (await SqlAsync(app, "SELECT 1;")).MustFail(4).Errors, StringComparison.Ordinal);
        Assert.Contains("postgresql, mariadb, redis", (await cli.RunAsync("addons", "create", "oracle", "--app", app)).Errors, StringComparison.Ordinal);
        (await cli.RunAsync("addons", "create", "heroku-postgresql:mini", "--app", app)).MustSucceed();
        Assert.Contains("42", (await SqlAsync(app, "SELECT 6 * 7;")).MustSucceed().Output, StringComparison.Ordinal);
        using (var shell = cli.OpenTerminal($"slipway db shell --app {app}"))
        {
            await shell.ExpectAsync("app_psql_story=>");
            await shell.TypeAsync("select 'me: ' || current_user;\r");
            await shell.ExpectAsync("me: app_psql_story");
            await shell.TypeAsync("\\q\r");
            Assert.Equal(0, await shell.ExitCodeAsync());
        }

        // Nobody but the owner of a database can even connect to it.
        Assert.Contains("denied", (await SqlAsync(app, "\\c postgres\n")).ToString(), StringComparison.Ordinal);
        (await cli.RunAsync("addons", "destroy", "DATABASE", "--app", app, "--confirm", app)).MustSucceed();
        (await SqlAsync(app, "SELECT 1;")).MustFail(4);
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    private Task<RunResult> SqlAsync(string app, string sql, params string[] addon) => platform.Cli.RunAsync(["db", "shell", .. addon, "--app", app], sql + "\n");
}
