using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Xunit;

namespace Slipway.Runner.Tests;

[Collection(LiveRunnerCollection.Name)]
[Trait("needs", "root")]
public sealed class LogTests(LiveRunner runner)
{
    [Fact]
    public async Task A_big_log_is_rotated_without_losing_a_line()
    {
        // 250,000 lines are more than 10 MiB; then it goes on slowly, across the rotation.
        var spec = runner.Spec("sh", "-c", "seq 250000; i=250001; while :; do echo $i; i=$((i+1)); sleep 0.01; done");
        var status = await runner.StartAsync(spec);
        await LiveRunner.UntilAsync("it is rotated", () => Task.FromResult(File.Exists(status.LogFile + ".1") && new FileInfo(status.LogFile).Length is > 0 and < 1 << 20));
        await runner.StopAsync(spec.Id);
        var text = LiveRunner.LoggedText(status.LogFile + ".1") + LiveRunner.LoggedText(status.LogFile);
        var numbers = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        Assert.True(numbers.Count > 250_000);
        Assert.Equal("1", Group(status.LogFile));
        await runner.RemoveAsync(spec.Id);
    }

    [Fact]
    public async Task An_apps_logs_go_with_it_but_not_before_its_instances()
    {
        var app = Contracts.Names.AppName.Parse("short-lived");
        var spec = runner.Spec("sleep", "1000") with { App = app };
        await runner.StartAsync(spec);
        Assert.Equal("app_has_instances", (await Assert.ThrowsAsync<SlipwayException>(() => RemoveLogsAsync(app))).Error.Id);
        await runner.StopAndRemoveAsync(spec.Id);
        await RemoveLogsAsync(app);
        await RemoveLogsAsync(app);
        Assert.False(Directory.Exists(Path.Combine(runner.Config.LogsDirectory, app.Value)));
    }

    [Fact]
    public async Task A_link_in_the_place_of_a_log_is_not_followed()
    {
        var spec = runner.Spec("echo", "hello");
        var folder = Path.Combine(runner.Config.LogsDirectory, "demo");
        Directory.CreateDirectory(folder);
        var target = Path.Combine(runner.Config.Run, "victim");
        File.CreateSymbolicLink($"{folder}/web.1.{spec.Id}.log", target);
        await Assert.ThrowsAsync<SlipwayException>(() => runner.StartAsync(spec));
        Assert.False(File.Exists(target));
        Assert.Empty(runner.TracesOf(spec.Id));
    }

    private Task RemoveLogsAsync(Contracts.Names.AppName app) =>
        runner.Client.SendAsync(RunnerVerb.RemoveLogs, new AppRequest(app), ContractsJson.Default.AppRequest, LiveRunner.Cancel);

    private static string Group(string file) => Kernel.Libc.Status(file)!.Value.Gid.ToString();
}
