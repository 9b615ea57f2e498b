using System.Security.Cryptography;
using Slipway.Cli.Tests.Server;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Tests;

public sealed class DeployTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private static readonly DeployEvent Live = new(Now, DeployEventKind.Succeeded, null, null) { Release = 4, Url = "http://blog.localhost:8080" };

    private static readonly DeployEvent[] Build =
    [
        new(Now, DeployEventKind.StepStarted, "build", "Building the app"),
        new(Now, DeployEventKind.Log, "build", "\e[2J12 static files"),
        new(Now, DeployEventKind.StepFinished, "build", "Django 3.2") { Seconds = 1.5 },
        new(Now, DeployEventKind.StepSkipped, "release", "no new migrations"),
    ];

    [Fact]
    public async Task The_first_deploy_creates_the_app_named_after_the_folder_and_the_next_one_finds_it()
    {
        await using var platform = await TestPlatform.StartAsync();
        platform.DeployScript.Add([.. Build, Live]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder("My Blog").With("manage.py").With("site/views.py");

        var first = (await user.RunInAsync(folder, "deploy")).MustSucceed();
        Assert.Contains("Created app my-blog", first.Errors);
        Assert.Equal("http://blog.localhost:8080", first.LastLine);
        Assert.Contains("-----> Building the app\n       \uFFFD[2J12 static files\n       Django 3.2, 1.50 s\n-----> release skipped: no new migrations\n", first.Output);
        Assert.Equal(["manage.py", "site/", "site/views.py"], platform.Uploaded);

        (await user.RunInAsync(folder, "deploy")).MustSucceed();
        Assert.Contains("my-blog", (await user.RunInAsync(folder, "info", "--json")).MustSucceed().Output);
        Assert.Single(platform.Apps);
    }

    [Fact]
    public async Task Only_what_the_server_lacks_is_sent()
    {
        await using var platform = await TestPlatform.StartAsync();
        platform.WithApp("blog").DeployScript.Add([Live]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder("blog").With("manage.py", "old").With("new.py", "new").WithLink("link.py", "new.py");
        platform.Stored.Add(Convert.ToHexStringLower(SHA256.HashData("old"u8)));

        var deploy = (await user.RunInAsync(folder, "deploy", "--app", "blog")).MustSucceed();
        Assert.Equal(["new.py"], platform.Sent);
        Assert.Contains("1 of 3 files", deploy.Output);
        Assert.Equal(["manage.py", "new.py"], platform.Manifest!.Files.Select(file => file.Path));
        Assert.Equal("new.py", platform.Manifest.Links["link.py"]);

        platform.Stored.Add(Convert.ToHexStringLower(SHA256.HashData("new"u8)));
        (await user.RunInAsync(folder, "deploy", "--app", "blog")).MustSucceed();
        Assert.Empty(platform.Sent);
    }

    [Fact]
    public async Task An_app_that_has_the_folders_name_by_chance_is_not_overwritten()
    {
        await using var platform = await TestPlatform.StartAsync();
        platform.WithApp("blog").DeployScript.Add([Live]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder("blog").With("manage.py");

        var refused = await user.RunInAsync(folder, "deploy");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("slipway deploy --app blog", refused.Errors);
        Assert.DoesNotContain(platform.Requests, request => request.EndsWith("/sources", StringComparison.Ordinal));
        (await user.RunInAsync(folder, "deploy", "--app", "blog")).MustSucceed();
    }

    [Fact]
    public async Task A_failed_deploy_says_what_why_and_next_and_exits_with_5()
    {
        await using var platform = await TestPlatform.StartAsync();
        var error = new SlipwayError("probe_failed", "v5 does not answer.") { Step = "probe", Why = "It answers 500.", Next = "slipway logs", Evidence = ["KeyError: 'X'"] };
        platform.WithApp("blog").DeployScript.Add([.. Build, new DeployEvent(Now, DeployEventKind.Failed, "probe", null) { Error = error }]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder("blog").With("manage.py");

        var failed = await user.RunInAsync(folder, "deploy", "--app", "blog");
        Assert.Equal(5, failed.ExitCode);
        Assert.Equal("error: v5 does not answer.\n  step:    probe\n  why:     It answers 500.\n  │ KeyError: 'X'\n  next:    slipway logs\n", failed.Errors);
    }

    [Fact]
    public async Task The_stream_of_events_may_break_off_and_nothing_is_shown_twice()
    {
        await using var platform = await TestPlatform.StartAsync();
        platform.WithApp("blog").DeployScript.AddRange([Build[..2], [], Build[2..], [Live]]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder("blog").With("manage.py");

        var deploy = (await user.RunInAsync(folder, "deploy", "--app", "blog")).MustSucceed();
        Assert.Equal(2, deploy.Output.Split("Building the app").Length);
        Assert.Equal("http://blog.localhost:8080", deploy.LastLine);
    }

    [Fact]
    public async Task Ctrl_C_cancels_the_deploy_on_the_server_and_says_so()
    {
        await using var platform = await TestPlatform.StartAsync();
        var cancelled = new DeployEvent(Now, DeployEventKind.Failed, "build", null) { Error = new SlipwayError("cancelled", "Cancelled.") { Step = "build" } };
        platform.WithApp("blog").DeployScript.Add([Build[0], new DeployEvent(Now, DeployEventKind.Log, "forever", "…"), cancelled]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder("blog").With("manage.py");

        using var deploy = Run.Start(Run.Slipway, ["deploy", "--app", "blog"], folder.Path, user.Environment);
        while (await deploy.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) != "-----> Building the app") { }
        (await Run.ProgramAsync("/bin/kill", ["-INT", $"{deploy.Id}"], "/")).MustSucceed();
        await deploy.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, deploy.ExitCode);
        Assert.True(platform.Cancelled.Task.IsCompletedSuccessfully);
        Assert.Contains("The deploy was cancelled", await deploy.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Config_set_follows_the_rollout_unless_told_not_to()
    {
        await using var platform = await TestPlatform.StartAsync();
        platform.WithApp("blog").DeployScript.Add([.. Build, Live]);
        using var user = new User(platform).LoggedIn();

        var set = (await user.RunAsync("config", "set", "--app", "blog", "GREETING=a=b ü", "EMPTY=")).MustSucceed();
        Assert.Contains("Building the app", set.Output);
        Assert.Equal("a=b ü\n", (await user.RunAsync("config", "get", "GREETING", "--app", "blog")).MustSucceed().Output);
        Assert.DoesNotContain("Building", (await user.RunAsync("config", "unset", "EMPTY", "--app", "blog", "--no-wait")).MustSucceed().Output);
        Assert.Equal(["GREETING"], platform.ConfigVars.Keys);
        Assert.Equal(2, (await user.RunAsync("config", "set", "--app", "blog", "1X=2")).ExitCode);
        Assert.Equal(4, (await user.RunAsync("config", "get", "ABSENT", "--app", "blog")).ExitCode);
    }
}
