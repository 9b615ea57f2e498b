using Slipway.Cli.Tests.Server;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Tests;

/// <summary>What happens on a real terminal.</summary>
public sealed class TerminalTests
{
    [Fact]
    public async Task Run_hands_the_terminal_over_with_size_resize_and_Ctrl_C_and_takes_it_back_with_the_exit_status()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();
        using var terminal = Pty.Start(user.Environment, "/", 100, 30, "run", "--app", "blog", "--env", "DEBUG=1", "python", "manage.py", "shell", "--plain", "--", "-a", "--help");
        var before = terminal.Modes;

        await terminal.SeeAsync("ready");
        Assert.Equal(["python", "manage.py", "shell", "--plain", "--", "-a", "--help"], platform.Ran!.Command);
        Assert.True(platform.Ran is { Terminal: true, Columns: 100, Rows: 30 });
        Assert.Equal("1", platform.Ran.Env!["DEBUG"]);
        await terminal.SeeAsync("size 100x30");
        Assert.NotEqual(before, terminal.Modes);

        terminal.Resize(120, 40);
        await terminal.SeeAsync("size 120x40");
        await terminal.TypeAsync("half a line\x03");
        await terminal.SeeAsync("interrupted");
        await terminal.TypeAsync("hello\r");
        await terminal.SeeAsync("HELLO");
        await terminal.TypeAsync("exit 7\r");
        Assert.Equal(7, await terminal.EndAsync());
        Assert.DoesNotContain("hello", terminal.Seen); // no echo of ours beside the command's
        Assert.Equal(before, terminal.Modes);
    }

    [Theory]
    [InlineData("-TERM", 143)]
    [InlineData("-INT", 130)]
    [InlineData("-HUP", 129)]
    [InlineData("-QUIT", 131)]
    public async Task The_terminal_is_as_before_after_a_signal(string signal, int status)
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();
        using var terminal = Pty.Start(user.Environment, "/", 80, 24, "run", "--app", "blog", "bash");
        var before = terminal.Modes;
        await terminal.SeeAsync("ready");

        await terminal.KillAsync(signal);
        Assert.Equal(status, await terminal.EndAsync());
        Assert.Equal(before, terminal.Modes);
    }

    [Fact]
    public async Task The_terminal_is_as_before_when_the_server_vanishes()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();
        using var terminal = Pty.Start(user.Environment, "/", 80, 24, "run", "--app", "blog", "bash");
        var before = terminal.Modes;
        await terminal.SeeAsync("ready");

        await terminal.TypeAsync("vanish\r");
        Assert.Equal(6, await terminal.EndAsync());
        Assert.Contains("The connection to the command was lost", terminal.Seen);
        Assert.Equal(before, terminal.Modes);
    }

    [Fact]
    public async Task Without_a_terminal_run_is_a_filter()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();

        var big = string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $"line {i}")) + "\n";
        var run = (await user.TypeAsync(big + "!to stderr\n", "run", "--app", "blog", "cat")).MustSucceed();
        Assert.Equal("ready\r\n" + big.ToUpperInvariant().Replace("\n", "\r\n"), run.Output);
        Assert.Equal("!TO STDERR\r\n", run.Errors);
        Assert.False(platform.Ran!.Terminal);
        Assert.Equal(41, (await user.TypeAsync("exit 41\n", "run", "--app", "blog", "cat")).ExitCode);
    }

    [Fact]
    public async Task What_the_server_says_instead_of_opening_a_terminal_is_shown()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();
        var shell = await user.RunAsync("db", "shell", "--app", "blog");
        Assert.Equal(4, shell.ExitCode);
        Assert.Contains("blog has no database.\n  next:    slipway addons create postgresql", shell.Errors);
    }

    [Fact]
    public async Task A_token_is_asked_for_and_not_shown()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform);
        using var terminal = Pty.Start(user.Environment, "/", 80, 24, "login");
        var before = terminal.Modes;
        await terminal.SeeAsync("not shown): ");
        await terminal.TypeAsync(TestPlatform.Token + "\n");
        Assert.Equal(0, await terminal.EndAsync());
        Assert.DoesNotContain(TestPlatform.Token, terminal.Seen);
        Assert.Contains("Logged in", terminal.Seen);
        Assert.Equal(before, terminal.Modes);
    }

    [Fact]
    public async Task Destroy_asks_for_the_name()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();

        using (var wrong = Pty.Start(user.Environment, "/", 80, 24, "destroy", "--app", "blog"))
        {
            await wrong.SeeAsync("Type blog to go on: ");
            await wrong.TypeAsync("yes\n");
            Assert.Equal(2, await wrong.EndAsync());
            Assert.Contains("Nothing was deleted", wrong.Seen);
        }
        Assert.Single(platform.Apps);
        using (var right = Pty.Start(user.Environment, "/", 80, 24, "destroy", "--app", "blog"))
        {
            await right.SeeAsync("Type blog to go on: ");
            await right.TypeAsync("blog\n");
            Assert.Equal(0, await right.EndAsync());
        }
        Assert.Empty(platform.Apps);
    }

    [Fact]
    public async Task A_deploy_is_drawn_step_by_step_and_shows_its_log_when_it_fails()
    {
        var now = DateTimeOffset.UtcNow;
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        platform.DeployScript.Add(
        [
            new(now, DeployEventKind.StepStarted, "build", "Building"),
            new(now, DeployEventKind.Log, "build", "a quiet line"),
            new(now, DeployEventKind.StepFinished, "build", "Django 3.2") { Seconds = 1.5 },
            new(now, DeployEventKind.StepStarted, "release", "Migrating"),
            new(now, DeployEventKind.Log, "release", "Traceback of it"),
            new(now, DeployEventKind.Failed, "release", null) { Error = new SlipwayError("release_failed", "The migration failed.") { Step = "release" } },
        ]);
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder().With("manage.py");
        using var terminal = Pty.Start(user.Environment, folder.Path, 70, 24, "deploy", "--app", "blog");

        Assert.Equal(5, await terminal.EndAsync());
        var lines = Screenful(terminal.Seen);
        Assert.Contains(lines, line => line.StartsWith("✓ upload       1 file, 1 B"));
        Assert.Contains(lines, line => line.StartsWith("✓ build        Django 3.2") && line.EndsWith("1.50 s"));
        Assert.Contains("✗ release", lines);
        Assert.Contains("  │ Traceback of it", lines);
        Assert.DoesNotContain(lines, line => line.Contains("a quiet line"));
        Assert.Contains("error: The migration failed.", lines);
        Assert.All(lines, line => Assert.True(line.Length <= 70, line));
    }

    [Fact]
    public async Task Tables_fit_the_terminal_and_are_whole_in_a_pipe()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        platform.Dynos.Add(platform.Dyno("web.1", "gunicorn blog.wsgi --bind unix:/run/slipway/web.sock --workers 3"));
        platform.Dynos.Add(platform.Dyno("web.2", state: "crashed"));
        using var user = new User(platform).LoggedIn();

        using var terminal = Pty.Start(user.Environment, "/", 64, 24, "ps", "--app", "blog");
        Assert.Equal(0, await terminal.EndAsync());
        Assert.Contains("\e[31mweb.2", terminal.Seen);
        var lines = Screenful(terminal.Seen);
        Assert.All(lines, line => Assert.True(line.Length <= 64, line));
        Assert.Contains(lines, line => line.StartsWith("web.1  up") && line.Contains("61 MB") && line.EndsWith("…"));

        var piped = (await user.RunAsync("ps", "--app", "blog")).MustSucceed();
        Assert.Contains("--workers 3\n", piped.Output);
        Assert.DoesNotContain("\e", piped.Output);

        user.Environment["NO_COLOR"] = "1";
        using var plain = Pty.Start(user.Environment, "/", 64, 24, "ps", "--app", "blog");
        Assert.Equal(0, await plain.EndAsync());
        Assert.DoesNotContain("\e[3", plain.Seen);
    }

    /// <summary>The lines as they stand on the screen at the end: what was drawn over is gone, colours are left out.</summary>
    private static List<string> Screenful(string seen) =>
        [.. seen.Replace("\r\n", "\n").Split('\n').Select(line => Output.Visible.WithoutColours(line[(line.LastIndexOf("\e[2K", StringComparison.Ordinal) is >= 0 and var at ? at + 4 : 0)..]))];
}
