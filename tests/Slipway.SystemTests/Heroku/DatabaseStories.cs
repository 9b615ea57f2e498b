using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Heroku;

/// <summary>Add-ons and PostgreSQL by Heroku's client, with the data that are in them.</summary>
public sealed class DatabaseStories(Platform platform) : IAsyncLifetime
{
    private const string App = "almanac";
    private const string Other = "tides";

    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync()
    {
        _heroku = await HerokuClient.OfAdminAsync(platform);
        (await platform.Cli.RunAsync("create", App)).MustSucceed();
    }

    public async ValueTask DisposeAsync()
    {
        await platform.Cli.RunAsync("destroy", "--app", Other, "--confirm", Other);
        await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App);
    }

    [Fact]
    [Heroku("addons", "addons:create", "addons:info", "addons:wait", "addons:attach", "addons:detach", "addons:rename", "addons:services", "addons:plans", "addons:destroy", "pg:promote")]
    public async Task Addons_are_made_shared_and_promoted()
    {
        Assert.Contains("heroku-postgresql", await _heroku.OutputAsync("addons:services"), StringComparison.Ordinal);
        Assert.Contains("heroku-postgresql:shared", await _heroku.OutputAsync("addons:plans", "heroku-postgresql"), StringComparison.Ordinal);
        await CreateAsync("heroku-postgresql:essential-0");
        Assert.Contains("heroku-postgresql", await _heroku.OutputAsync("addons", "--app", App), StringComparison.Ordinal);
        Assert.Contains("almanac", await _heroku.OutputAsync("addons:info", "postgresql-almanac", "--app", App), StringComparison.Ordinal);

        await CreateAsync("heroku-postgresql");
        Assert.Contains("HEROKU_POSTGRESQL_AMBER_URL", await _heroku.OutputAsync("config", "--app", App), StringComparison.Ordinal);
        var (first, second) = (await UrlAsync("DATABASE_URL"), await UrlAsync("HEROKU_POSTGRESQL_AMBER_URL"));
        Assert.NotEqual(first, second);
        await _heroku.SaidAsync("pg:promote", "HEROKU_POSTGRESQL_AMBER", "--app", App);
        await UntilAsync(async () => await UrlAsync("DATABASE_URL") == second);
        Assert.Contains(first, await _heroku.OutputAsync("config", "--app", App), StringComparison.Ordinal);

        (await platform.Cli.RunAsync("create", Other)).MustSucceed();
        await _heroku.SaidAsync("addons:attach", "postgresql-almanac", "--as", "ALMANAC", "--app", Other);
        await UntilAsync(async () => (await _heroku.OutputAsync("config:get", "ALMANAC_URL", "--app", Other)).Trim() == first);
        await _heroku.SaidAsync("addons:detach", "ALMANAC", "--app", Other);
        await _heroku.SaidAsync("addons:rename", "postgresql-almanac", "old-almanac");
        await _heroku.SaidAsync("addons:destroy", "old-almanac", "--app", App, "--confirm", App);
        await UntilAsync(async () => !(await _heroku.OutputAsync("addons", "--app", App)).Contains("old-almanac", StringComparison.Ordinal));
    }

    [Fact]
    [Heroku("pg:info", "pg:wait", "pg:psql", "pg:ps", "pg:killall", "pg:reset", "pg:credentials", "pg:credentials:url", "pg:credentials:rotate", "pg:backups", "pg:backups:capture", "pg:backups:info",
        "pg:backups:url", "pg:backups:download", "pg:backups:restore", "pg:backups:schedule", "pg:backups:schedules", "pg:backups:unschedule", "pg:backups:delete")]
    public async Task What_was_backed_up_comes_back()
    {
        await CreateAsync("heroku-postgresql");
        await _heroku.SaidAsync("pg:wait", "--app", App);
        Assert.Contains("PG Version", await _heroku.OutputAsync("pg:info", "--app", App), StringComparison.Ordinal);
        (await platform.Cli.RunAsync("addons", "expose", "DATABASE", "--app", App)).MustSucceed();
        await UntilAsync(async () => (await _heroku.RunAsync("pg:psql", "--app", App, "-c", "SELECT 1")).ExitCode == 0);
        await SqlAsync("CREATE TABLE tides (at int, height int); INSERT INTO tides VALUES (1, 7);");
        await _heroku.OutputAsync("pg:ps", "--app", App);

        using var folder = Folder.Empty("backups");
        await _heroku.SaidAsync("pg:backups:capture", "--app", App);
        Assert.Contains("b001", await _heroku.OutputAsync("pg:backups", "--app", App), StringComparison.Ordinal);
        Assert.Contains("Completed", await _heroku.OutputAsync("pg:backups:info", "b001", "--app", App), StringComparison.Ordinal);
        Assert.Contains("/slipway/backups/", await _heroku.OutputAsync("pg:backups:url", "b001", "--app", App), StringComparison.Ordinal);
        await DownloadAsync(folder, "b001");
        Assert.Equal("PGDMP"u8.ToArray(), (await File.ReadAllBytesAsync(folder.Path + "/latest.dump", TestContext.Current.CancellationToken))[..5]);

        await SqlAsync("DROP TABLE tides; CREATE TABLE later (id int);");
        await _heroku.SaidAsync("pg:backups:restore", "b001", "DATABASE_URL", "--app", App, "--confirm", App);
        Assert.Contains("7", await SqlAsync("SELECT height FROM tides"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await _heroku.RunAsync("pg:psql", "--app", App, "-c", "SELECT * FROM later")).ExitCode);

        await _heroku.SaidAsync("pg:backups:schedule", "DATABASE_URL", "--at", "03:00 UTC", "--app", App);
        Assert.Contains("3:00", await _heroku.OutputAsync("pg:backups:schedules", "--app", App), StringComparison.Ordinal);
        await _heroku.SaidAsync("pg:backups:unschedule", "DATABASE_URL", "--app", App);
        await _heroku.SaidAsync("pg:backups:delete", "b001", "--app", App, "--confirm", App);

        var before = await UrlAsync("DATABASE_URL");
        Assert.Contains("default", await _heroku.OutputAsync("pg:credentials", "--app", App), StringComparison.Ordinal);
        await _heroku.SaidAsync("pg:credentials:rotate", "--app", App, "--confirm", App);
        await UntilAsync(async () => await UrlAsync("DATABASE_URL") != before);
        Assert.Contains("7", await SqlAsync("SELECT height FROM tides"), StringComparison.Ordinal);
        Assert.Contains("postgres://", await _heroku.OutputAsync("pg:credentials:url", "--app", App), StringComparison.Ordinal);
        await _heroku.SaidAsync("pg:killall", "--app", App);
        await _heroku.SaidAsync("pg:reset", "--app", App, "--confirm", App);
        Assert.NotEqual(0, (await _heroku.RunAsync("pg:psql", "--app", App, "-c", "SELECT height FROM tides")).ExitCode);

        // Who is inside when it is hidden is put out.
        using var inside = Run.Start("psql", [await UrlAsync("DATABASE_URL"), "-c", "SELECT 1", "-c", "SELECT pg_sleep(100)"], null, null);
        Assert.Contains("?column?", await inside.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? "", StringComparison.Ordinal);
        (await platform.Cli.RunAsync("addons", "hide", "DATABASE", "--app", App)).MustSucceed();
        await inside.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, inside.ExitCode);
        Assert.Contains("slipway.internal", await UrlAsync("DATABASE_URL"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_moves_in_with_its_data_from_files_and_from_a_live_host()
    {
        await CreateAsync("heroku-postgresql");
        await _heroku.SaidAsync("config:set", "GREETING=ahoy", "--app", App);
        await _heroku.SaidAsync("domains:add", "www.almanac.example", "--app", App);
        Assert.Equal(0, (await platform.Cli.RunAsync(["db", "shell", "--app", App], "CREATE TABLE tides (height int); INSERT INTO tides VALUES (7);")).ExitCode);
        using var folder = Folder.Empty("export");
        foreach (var (file, command) in ((string, string[])[])[("config.json", ["config"]), ("info.json", ["apps:info"]), ("ps.json", ["ps"]), ("addons.json", ["addons"]), ("domains.json", ["domains"])])
            folder.Write(file, await _heroku.OutputAsync([.. command, "--json", "--app", App]));
        await _heroku.SaidAsync("pg:backups:capture", "--app", App);
        await DownloadAsync(folder, "b001");
        await _heroku.SaidAsync("domains:clear", "--app", App);

        var plan = (await platform.Cli.RunAsync("import", "heroku", folder.Path, "--app", Other, "--dry-run")).MustSucceed().Output;
        Assert.Contains("the add-on postgresql", plan, StringComparison.Ordinal);
        Assert.Contains("www.almanac.example", plan, StringComparison.Ordinal);
        Assert.NotEqual(0, (await platform.Cli.RunAsync("config", "--app", Other)).ExitCode);

        (await platform.Cli.RunAsync("import", "heroku", folder.Path, "--app", Other)).MustSucceed();
        Assert.Contains("ahoy", (await platform.Cli.RunAsync("config", "--app", Other)).MustSucceed().Output, StringComparison.Ordinal);
        Assert.Contains("7", (await platform.Cli.RunAsync(["db", "shell", "--app", Other], "SELECT height FROM tides;")).MustSucceed().Output, StringComparison.Ordinal);
        var again = (await platform.Cli.RunAsync("import", "heroku", folder.Path, "--app", Other)).MustSucceed().Output;
        Assert.Contains("has all of it already", again, StringComparison.Ordinal);

        (await platform.Cli.RunAsync("destroy", "--app", Other, "--confirm", Other)).MustSucceed();
        (await platform.Cli.ShellAsync($"HEROKU_API_KEY={platform.Cli.Token} slipway import heroku --app {Other} --from http://localhost:{platform.Config.HttpPort} --from-app {App}")).MustSucceed();
        Assert.Contains("7", (await platform.Cli.RunAsync(["db", "shell", "--app", Other], "SELECT height FROM tides;")).MustSucceed().Output, StringComparison.Ordinal);
    }

    private async Task CreateAsync(string plan)
    {
        await _heroku.SaidAsync("addons:create", plan, "--app", App, "--wait");
        await _heroku.SaidAsync("addons:wait", "--app", App);
    }

    /// <summary>Over HTTPS, which is all that the client does; it is told of the server's authority as any Node.js program is.</summary>
    private async Task DownloadAsync(Folder folder, string backup)
    {
        folder.Write("ca.crt", (await platform.Cli.RunAsync("server", "ca")).MustSucceed().Output);
        (await _heroku.RunAsync(
            ["pg:backups:download", backup, "--output", folder.Path + "/latest.dump", "--app", App], "",
            new Dictionary<string, string?> { ["NODE_EXTRA_CA_CERTS"] = folder.Path + "/ca.crt" })).MustSucceed();
    }

    private async Task<string> UrlAsync(string name) => (await _heroku.OutputAsync("config:get", name, "--app", App)).Trim();

    private Task<string> SqlAsync(string sql) => _heroku.OutputAsync("pg:psql", "--app", App, "-c", sql);

    private static Task UntilAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(condition, TimeSpan.FromSeconds(60), () => "it did not come true");
}
