using Slipway.Cli.Tests.Server;

namespace Slipway.Cli.Tests;

public sealed class AccountTests
{
    [Fact]
    public async Task Login_keeps_the_token_where_only_its_owner_reads_it_and_logout_forgets_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform);

        Assert.Equal(3, (await user.RunAsync("whoami")).ExitCode);
        (await user.TypeAsync(TestPlatform.Token + "\n", "login", "--token", "-")).MustSucceed();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(user.Credentials));
        Assert.Contains("admin@localhost", (await user.RunAsync("whoami")).MustSucceed().Output);
        Assert.Equal([user.Credentials], Directory.GetFiles(Path.GetDirectoryName(user.Credentials)!));

        (await user.RunAsync("logout")).MustSucceed();
        Assert.DoesNotContain(TestPlatform.Token, File.ReadAllText(user.Credentials));
        Assert.Equal(3, (await user.RunAsync("apps")).ExitCode);
    }

    [Fact]
    public async Task A_token_that_the_server_does_not_know_is_not_kept()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform);

        var login = await user.RunAsync("login", "--token", "wrong");
        Assert.Equal(3, login.ExitCode);
        Assert.Contains("does not know this token", login.Errors);
        Assert.False(File.Exists(user.Credentials));
    }

    [Fact]
    public async Task Without_a_terminal_nobody_is_asked()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform);

        var login = await user.RunAsync("login");
        Assert.Equal(2, login.ExitCode);
        Assert.Contains("slipway login --token - < FILE", login.Errors);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform).LoggedIn();
        user.Environment["SLIPWAY_SERVER"] = "http://slipway.localhost:1";

        var apps = await user.RunAsync("apps");
        Assert.Equal(6, apps.ExitCode);
        Assert.Contains("http://slipway.localhost:1/ does not answer", apps.Errors);
        Assert.Contains("bin/up", apps.Errors);
        Assert.Empty(apps.Output);
    }
}
