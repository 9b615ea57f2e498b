using Slipway.Cli.Tests.Server;

namespace Slipway.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("Did you mean 'slipway scale'?", "scal", "web=3")]
    [InlineData("Did you mean 'slipway config set'?", "config", "ste", "A=B")]
    [InlineData("'slipway apps' has no option --foo", "apps", "--foo")]
    [InlineData("'../etc' is not a valid app name", "ps", "--app", "../etc")]
    [InlineData("'web=101' does not say how to scale", "scale", "--app", "blog", "web=101")]
    [InlineData("'web' does not say how to scale", "scale", "--app", "blog", "web")]
    [InlineData("'v0' is not a release", "rollback", "--app", "blog", "v0")]
    [InlineData("'A' has no '='", "config", "set", "--app", "blog", "A")]
    [InlineData("is not a number of lines", "logs", "--app", "blog", "-n", "-1")]
    [InlineData("is not a server's URL", "apps", "--server", "ftp://x")]
    [InlineData("was not deployed from here", "ps")]
    public async Task What_is_wrong_is_said_before_anything_is_done(string said, params string[] arguments)
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform).LoggedIn();
        var refused = await user.RunAsync(arguments);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(said, refused.Errors);
        Assert.StartsWith("error: ", refused.Errors);
        Assert.Empty(refused.Output);
        Assert.Empty(platform.Requests);
    }

    [Fact]
    public async Task What_the_server_says_is_shown_with_its_request_id()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform).LoggedIn();
        var missing = await user.RunAsync("info", "--app", "absent");
        Assert.Equal(4, missing.ExitCode);
        Assert.Equal("error: There is no app absent.\n  why:     Nobody made it.\n  next:    slipway apps\n  request: request-1 (not_found)\n", missing.Errors);
    }

    [Fact]
    public async Task Json_is_the_servers_own()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();
        var apps = (await user.RunAsync("apps", "--json")).MustSucceed();
        var only = System.Text.Json.JsonDocument.Parse(apps.Output).RootElement.EnumerateArray().Single();
        Assert.Equal("blog", only.GetProperty("name").GetString());
        Assert.Equal(platform.Apps["blog"].Id, only.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Reading_waits_for_a_slipwayd_that_restarts_and_writing_does_not()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();
        platform.Unavailable = 2;
        Assert.Contains("blog", (await user.RunAsync("apps")).MustSucceed().Output);

        platform.Unavailable = 1;
        var create = await user.RunAsync("create", "shop");
        Assert.Equal(6, create.ExitCode);
        Assert.Contains("slipwayd behind it does not answer (503)", create.Errors);
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_command_quietly()
    {
        await using var platform = await TestPlatform.StartAsync();
        for (var i = 0; i < 3000; i++) platform.WithApp($"app-{i}");
        using var user = new User(platform).LoggedIn();
        var piped = await Run.ProgramAsync("/bin/bash", ["-c", "\"$0\" apps | head -n 1; echo ${PIPESTATUS[0]}", Run.Slipway], "/", user.Environment);
        Assert.Equal("141", piped.LastLine);
        Assert.Empty(piped.Errors);
    }

    [Fact]
    public async Task Bash_completes_commands_options_and_apps_that_were_deployed()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        platform.DeployScript.Add([new(DateTimeOffset.UtcNow, Contracts.Deploys.DeployEventKind.Succeeded, null, null) { Release = 1, Url = "http://x" }]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder().With("manage.py");
        (await user.RunInAsync(folder, "deploy", "--app", "blog")).MustSucceed();

        Assert.Equal("deploy deploys", await CompleteAsync(user, "slipway dep"));
        Assert.Equal("set", await CompleteAsync(user, "slipway config se"));
        Assert.Equal("blog", await CompleteAsync(user, "slipway logs --app bl"));
    }

    private static async Task<string> CompleteAsync(User user, string line)
    {
        const string Script = """
            PATH=${0%/*}:$PATH; source <(slipway completion bash)
            COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=($1) COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _slipway; echo "${COMPREPLY[*]}"
            """;
        return (await Run.ProgramAsync("/bin/bash", ["-c", Script, Run.Slipway, line], "/", user.Environment)).MustSucceed().Output.Trim();
    }
}
