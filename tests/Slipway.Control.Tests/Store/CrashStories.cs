using Microsoft.EntityFrameworkCore;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Store;

public sealed class CrashStories
{
    [Fact]
    public async Task What_was_acknowledged_is_there_after_kill_9()
    {
        await using var server = await Slipwayd.StartNewAsync();
        var acknowledged = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            var writers = Enumerable.Range(0, 4).Select(writer => WriteUntilKilledAsync(server, $"r{round}w{writer}", acknowledged)).ToList();
            var before = acknowledged.Count;
            while (acknowledged.Count < before + 10) await Task.Delay(10);
            await Task.Delay(Random.Shared.Next(0, 200));
            await server.KillAsync();
            await Task.WhenAll(writers);
            await server.StartAsync();

            var apps = (await server.Admin.GetJsonAsync("/apps")).EnumerateArray().Select(app => app.GetProperty("name").GetString()!).ToHashSet();
            Assert.Empty(acknowledged.Except(apps));
            await using var store = server.Store();
            Assert.Equal("ok", await store.Database.SqlQueryRaw<string>("SELECT integrity_check AS Value FROM pragma_integrity_check").FirstAsync());
            Assert.Empty(await store.Database.SqlQueryRaw<string>("SELECT \"table\" AS Value FROM pragma_foreign_key_check").ToListAsync());

            // An app and the event that tells of it are one transaction.
            Assert.Equal(await store.Apps.CountAsync(), await store.Events.CountAsync(row => row.Action == "app.create" && row.Result == "ok"));
        }
    }

    [Fact]
    public async Task Only_one_slipwayd_runs_on_a_server_and_a_killed_ones_socket_is_no_obstacle()
    {
        await using var server = await Slipwayd.StartNewAsync();
        var (exitCode, _, errors) = await server.RunAsync("serve");
        Assert.Equal(1, exitCode);
        Assert.Contains("Another slipwayd runs", errors);
        await server.Admin.GetJsonAsync("/account");

        await server.KillAsync();
        Assert.True(File.Exists(server.Config.ControlSocket));
        await server.StartAsync();
        await server.Admin.GetJsonAsync("/account");
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(server.Config.ControlSocket) & (UnixFileMode)511);
    }

    [Fact]
    public async Task A_database_of_another_version_is_refused_and_left_as_it_is()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await server.KillAsync();
        await using (var store = server.Store())
            await store.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('29991231235959_Later', '99.0')", TestContext.Current.CancellationToken);

        var (exitCode, _, errors) = await server.RunAsync("serve");
        Assert.Equal(1, exitCode);
        Assert.Contains("made by another version of Slipway", errors);
        Assert.Contains("29991231235959_Later", errors);

        await using (var store = server.Store())
            await store.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" LIKE '2999%'", TestContext.Current.CancellationToken);
        await server.StartAsync();
        await server.Admin.GetJsonAsync("/account");
    }

    [Fact]
    public async Task An_admin_token_is_made_beside_a_running_slipwayd_for_the_same_account()
    {
        await using var server = await Slipwayd.StartNewAsync();
        var second = server.Client((await server.RunAsync("admin-token")).Output.Trim());
        Assert.Equal(
            (await server.Admin.GetJsonAsync("/account")).GetProperty("id").GetString(),
            (await second.GetJsonAsync("/account")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Two_writers_of_one_app_are_told_apart()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = "blog" });
        await using var one = server.Store();
        await using var other = server.Store();
        var mine = await one.Apps.SingleAsync();
        var theirs = await other.Apps.SingleAsync();
        mine.Maintenance = true;
        await one.SaveChangesAsync();
        theirs.Maintenance = true;
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => other.SaveChangesAsync());
    }

    private static async Task WriteUntilKilledAsync(Slipwayd server, string prefix, List<string> acknowledged)
    {
        for (var i = 0; i < 10_000; i++)
        {
            var name = $"{prefix}n{i}";
            try
            {
                using var answer = await server.Admin.CallAsync(HttpMethod.Post, "/apps", new { name });
                if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
            }
            catch (HttpRequestException)
            {
                return; // killed
            }

            lock (acknowledged) acknowledged.Add(name);
        }
    }
}
