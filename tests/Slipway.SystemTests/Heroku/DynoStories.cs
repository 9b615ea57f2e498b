using System.Text.RegularExpressions;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Heroku;

/// <summary>Running, scaling, restarting and stopping with Heroku's client.</summary>
public sealed partial class DynoStories(Platform platform) : IAsyncLifetime
{
    private const string App = "derrick";

    private readonly Folder _folder = PlainSite.Create(App, "land");

    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync()
    {
        _heroku = await HerokuClient.OfAdminAsync(platform);
        _folder.Write("Procfile", "web: python server.py\nworker: python work.py\n");
        _folder.Write("work.py", "import sys, time\nprint('at work', *sys.argv[1:], flush=True)\nwhile '--once' not in sys.argv:\n    time.sleep(1)\n");
        await _heroku.SaidAsync("create", App);
        (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
    }

    public async ValueTask DisposeAsync()
    {
        (await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
        _folder.Dispose();
    }

    [Fact]
    [Heroku("run", "run:detached", "ps:stop")]
    public async Task Commands_run_with_their_output_their_exit_status_and_a_terminal()
    {
        var trusting = await _heroku.TrustingAsync();
        var plain = await trusting.RunAsync("run", "--app", App, "--", "python -c 'print(6 * 7)'");
        Assert.Contains("42", plain.MustSucceed().Output, StringComparison.Ordinal);

        (await trusting.RunAsync("run", "--exit-code", "--app", App, "--", "python -c 'raise SystemExit(7)'")).MustFail(7);
        (await trusting.RunAsync("run", "--exit-code", "--app", App, "--", "true")).MustSucceed();

        // The name of a process type stands for its line of the Procfile.
        var worker = await trusting.RunAsync("run", "--exit-code", "--app", App, "--", "worker", "--once");
        Assert.Contains("at work --once", worker.MustSucceed().Output, StringComparison.Ordinal);

        var piped = await trusting.RunAsync(["run", "--no-tty", "--exit-code", "--app", App, "--", "cat"], "first\nsecond\n");
        Assert.Contains("first\nsecond\n", piped.MustSucceed().Output, StringComparison.Ordinal);

        using (var terminal = trusting.OpenTerminal($"stty rows 31 cols 97; heroku run --app {App} 'sh -c \"stty size; read line; echo got \\$line\"'"))
        {
            await terminal.ExpectAsync("31 97");
            await terminal.TypeAsync("typed\r");
            await terminal.ExpectAsync("got typed");
            Assert.Equal(0, await terminal.ExitCodeAsync());
        }

        var detached = await _heroku.SaidAsync("run:detached", "--app", App, "--", "sleep 600");
        var name = OneOff().Match(detached).Value;
        Assert.NotEmpty(name);
        Assert.Contains(name, await _heroku.OutputAsync("ps", "--app", App), StringComparison.Ordinal);
        await _heroku.SaidAsync("ps:stop", name, "--app", App);
        await Eventually.TrueAsync(
            async () => !(await _heroku.OutputAsync("ps", "--app", App)).Contains(name, StringComparison.Ordinal), TimeSpan.FromSeconds(60), () => $"{name} still runs");
    }

    [Fact]
    [Heroku("run:inside")]
    public async Task A_command_runs_inside_an_instance_that_serves()
    {
        var trusting = await _heroku.TrustingAsync();
        var inside = await trusting.RunAsync("run:inside", "--exit-code", "--app", App, "web.1", "--", "cat /proc/1/cmdline");
        Assert.Contains("server.py", inside.MustSucceed().Output, StringComparison.Ordinal);
        (await trusting.RunAsync("run:inside", "--exit-code", "--app", App, "web.1", "--", "sh -c 'exit 3'")).MustFail(3);
        Assert.NotEqual(0, (await trusting.RunAsync("run:inside", "--app", App, "web.9", "--", "true")).ExitCode);
    }

    [Fact]
    [Heroku("ps", "ps:scale", "ps:restart", "ps:wait", "ps:stop")]
    [HerokuDiffers("ps:type", "the sizes are small, standard, large and xlarge; Heroku's eco, basic, standard-1x, standard-2x and performance-m are taken for the nearest of them")]
    public async Task The_formation_is_scaled_resized_and_restarted()
    {
        Assert.Contains("web at 2:standard", await _heroku.SaidAsync("ps:scale", "web=2", "worker+1", "--app", App), StringComparison.Ordinal);
        await PsAsync("web.1: up", "web.2: up", "worker.1: up");
        Assert.Contains("web=2:standard", await _heroku.OutputAsync("ps:scale", "--app", App), StringComparison.Ordinal);

        var sized = await _heroku.OutputAsync("ps:type", "worker=standard-2x", "--app", App);
        Assert.Matches(@"worker\s+large", sized);
        Assert.Matches(@"web\s+standard", sized);
        Assert.Contains("is not an instance size", (await _heroku.RunAsync("ps:type", "web=galactic", "--app", App)).Errors, StringComparison.Ordinal);

        await _heroku.SaidAsync("ps:wait", "--app", App);
        var before = Daemons.InstancesOf(App, "web.1").Single();
        await _heroku.SaidAsync("ps:restart", "web.1", "--app", App);
        Assert.NotEqual(before, await RunningAsync("web.1"));
        await _heroku.SaidAsync("ps:restart", "--process-type", "worker", "--app", App);
        await _heroku.SaidAsync("ps:stop", "--process-type", "web", "--app", App);
        await PsAsync("web.1: up", "web.2: up", "worker.1: up");

        await _heroku.SaidAsync("ps:scale", "web=1", "worker=0", "--app", App);
        await Eventually.TrueAsync(
            async () => !(await _heroku.OutputAsync("ps", "--app", App)).Contains("worker", StringComparison.Ordinal), TimeSpan.FromSeconds(60), () => "worker.1 still runs");
    }

    [Fact]
    [Heroku("maintenance", "maintenance:on", "maintenance:off")]
    public async Task Maintenance_is_switched_on_and_off()
    {
        using var site = platform.Site(App);
        Assert.Equal("off\n", await _heroku.OutputAsync("maintenance", "--app", App));
        await _heroku.SaidAsync("maintenance:on", "--app", App);
        Assert.Equal("on\n", await _heroku.OutputAsync("maintenance", "--app", App));
        await site.UntilAsync((status, text) => (int)status == 503 && text.Contains("H80", StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        await _heroku.SaidAsync("maintenance:off", "--app", App);
        await site.UntilAsync((_, text) => text == "land", TimeSpan.FromSeconds(10));
    }

    private async Task PsAsync(params string[] wanted)
    {
        var shown = "";
        await Eventually.TrueAsync(async () =>
        {
            shown = await _heroku.OutputAsync("ps", "--app", App);
            return wanted.All(line => shown.Contains(line, StringComparison.Ordinal));
        }, TimeSpan.FromSeconds(90), () => shown);
    }

    /// <summary>The host pid of its first process, once there is one alone.</summary>
    private static async Task<int> RunningAsync(string instance)
    {
        IReadOnlyList<int> found = [];
        await Eventually.TrueAsync(() => (found = Daemons.InstancesOf(App, instance)).Count == 1, TimeSpan.FromSeconds(60), () => $"{found.Count} of {instance} run");
        return found[0];
    }

    [GeneratedRegex(@"run\.\d+")]
    private static partial Regex OneOff();
}
