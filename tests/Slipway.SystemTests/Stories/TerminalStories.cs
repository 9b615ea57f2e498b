using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary><c>slipway run</c> as a person at a terminal has it.</summary>
public sealed class TerminalStories(Platform platform, TerminalStories.Site live) : IClassFixture<TerminalStories.Site>
{
    private const string App = "terminal";

    private Cli Cli => platform.Cli.In(live.Folder);

    [Fact]
    public async Task A_Django_shell_talks_to_the_database()
    {
        using var terminal = Cli.OpenTerminal("slipway run -- python manage.py shell");
        await terminal.ExpectAsync(">>> ");
        await terminal.TypeAsync("from django.contrib.auth.models import User; print('users', User.objects.count())\r");
        await terminal.ExpectAsync("users 0");
        await terminal.TypeAsync("raise SystemExit(9)\r");
        Assert.Equal(9, await terminal.ExitCodeAsync());
    }

    [Fact]
    public async Task The_terminal_has_the_size_of_yours_and_follows_it()
    {
        using var terminal = Cli.OpenTerminal("stty rows 31 cols 97; tty; slipway run -- sh -c 'stty size; while read line; do stty size; done'");
        await terminal.ExpectAsync("31 97");
        var device = terminal.Seen.Split('\r', '\n').First(line => line.StartsWith("/dev/pts/", StringComparison.Ordinal));
        (await Run.ProgramAsync("stty", ["--file", device, "rows", "40", "cols", "120"])).MustSucceed();

        // The new size travels beside what is typed: it may come a moment later.
        await Eventually.TrueAsync(async () =>
        {
            await terminal.TypeAsync("\r");
            return terminal.Seen.Contains("40 120", StringComparison.Ordinal);
        }, TimeSpan.FromSeconds(30), () => terminal.Seen);
        await terminal.TypeAsync("\x04");
        Assert.Equal(0, await terminal.ExitCodeAsync());
    }

    [Fact]
    public async Task Ctrl_C_interrupts_the_command_not_the_connection()
    {
        using var terminal = Cli.OpenTerminal("slipway run -- python -c \"import time; print('ready', flush=True); time.sleep(600)\"");
        await terminal.ExpectAsync("ready");
        await terminal.TypeAsync("\x03");
        Assert.Equal(130, await terminal.ExitCodeAsync());
        Assert.Contains("KeyboardInterrupt", terminal.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_follow_the_app()
    {
        using var terminal = Cli.OpenTerminal("slipway logs -f");
        using var site = platform.Site(App);
        await terminal.ExpectAsync("web.1");
        await site.TextAsync("/?look=for-this");
        await terminal.ExpectAsync("look=for-this");
        await terminal.TypeAsync("\x03");
        Assert.Equal(130, await terminal.ExitCodeAsync());
    }

    [Fact]
    public async Task Destroying_asks_for_the_name()
    {
        using (var wrong = Cli.OpenTerminal("slipway destroy"))
        {
            await wrong.ExpectAsync(App);
            await wrong.TypeAsync("another\r");
            Assert.NotEqual(0, await wrong.ExitCodeAsync());
        }

        Assert.Contains(await platform.AppsAsync(), app => app.Name.Value == App);
    }

    public sealed class Site(Platform platform) : LiveSite(platform, App);
}
