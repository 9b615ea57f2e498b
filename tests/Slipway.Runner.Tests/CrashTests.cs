using System.Diagnostics;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Runner.Cgroups;
using Xunit;

namespace Slipway.Runner.Tests;

/// <summary>kill -9 of the runner and of monitors: nobody's instance, status or log line is lost, and nothing is left over.</summary>
[Collection(LiveRunnerCollection.Name)]
[Trait("needs", "root")]
public sealed class CrashTests(LiveRunner runner)
{
    [Fact]
    public async Task A_killed_runner_loses_no_instance_and_no_log_line()
    {
        var spec = runner.Spec("sh", "-c", "i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done");
        var before = await runner.StartAsync(spec);
        await runner.RestartAsync();
        var after = await runner.FindAsync(spec.Id);
        Assert.Equal((InstanceState.Running, before.Pid, before.CreatedAt.Date), (after.State, after.Pid, after.CreatedAt.Date));
        await Task.Delay(200, LiveRunner.Cancel);
        await runner.StopAsync(spec.Id);
        var numbers = File.ReadLines(after.LogFile).Select(l => int.Parse(l.Split(' ')[3])).ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        Assert.True(numbers.Count > 10);
        await runner.RemoveAsync(spec.Id);
    }

    [Fact]
    public async Task What_ends_while_the_runner_is_away_keeps_its_exit_status()
    {
        var spec = runner.Spec("sh", "-c", "sleep 0.3; exit 7");
        await runner.StartAsync(spec);
        await runner.KillAsync();
        await Task.Delay(1000, LiveRunner.Cancel);
        await runner.StartAsync();
        Assert.Equal(7, (await runner.FindAsync(spec.Id)).Exit!.Code);
        await runner.RestartAsync();
        Assert.Equal(7, (await runner.FindAsync(spec.Id)).Exit!.Code);
        await runner.RemoveAsync(spec.Id);
        Assert.Empty(runner.TracesOf(spec.Id));
    }

    [Fact]
    public async Task One_that_was_told_to_end_is_known_to_be_ending_also_after_a_restart()
    {
        var spec = runner.Spec("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done");
        var status = await runner.StartAsync(spec);
        Assert.False(status.Ending);
        await LiveRunner.UntilAsync("it ignores TERM", async () => (await File.ReadAllTextAsync(status.LogFile, LiveRunner.Cancel)).Contains("ready"));
        var stopping = runner.StopAsync(spec.Id, graceSeconds: 60);
        await LiveRunner.UntilAsync("it is told to end", async () => (await runner.FindAsync(spec.Id)).Ending);
        await runner.RestartAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => stopping);
        var after = await runner.FindAsync(spec.Id);
        Assert.Equal((InstanceState.Running, true), (after.State, after.Ending));
        await runner.StopAndRemoveAsync(spec.Id);
        Assert.Empty(runner.TracesOf(spec.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_monitor_ends_its_instance_and_is_reported(bool whileTheRunnerIsAway)
    {
        var spec = runner.Spec("sh", "-c", "sleep 1000 & sleep 1000");
        await runner.StartAsync(spec);
        var monitor = int.Parse(await File.ReadAllTextAsync($"{runner.Config.InstancesDirectory}/{spec.Id}/bundle/conmon.pid", LiveRunner.Cancel));
        if (whileTheRunnerIsAway) await runner.KillAsync();
        Process.GetProcessById(monitor).Kill();
        if (whileTheRunnerIsAway) await runner.StartAsync();
        await LiveRunner.UntilAsync("it is reported", async () => (await runner.FindAsync(spec.Id)).Exit is { MonitorLost: true, Code: 255 });
        Assert.Empty(new Cgroup($"/{runner.Config.Name}/{spec.Id}").Pids());
        await runner.RemoveAsync(spec.Id);
        Assert.Empty(runner.TracesOf(spec.Id));
    }

    /// <summary>The runner is killed at a random point of a start, fifteen times: afterwards the instance either runs or never was.</summary>
    [Fact]
    public async Task Killed_in_the_middle_of_a_start_it_leaves_a_whole_instance_or_none()
    {
        var chance = new Random(4711);
        for (var round = 0; round < 15; round++)
        {
            var spec = runner.Spec("sleep", "1000") with { Network = NetworkMode.Internet };
            var starting = runner.StartAsync(spec);
            await Task.Delay(chance.Next(0, 150), LiveRunner.Cancel);
            await runner.RestartAsync();
            var answered = await Answered(starting);
            var listed = (await runner.ListAsync()).SingleOrDefault(i => i.Id == spec.Id);
            if (answered) Assert.Equal(InstanceState.Running, listed?.State);
            if (listed is not null) await runner.StopAndRemoveAsync(spec.Id);
            Assert.Empty(runner.TracesOf(spec.Id));
        }

        await runner.KillAsync();
        await runner.StartAsync();
        var addresses = Directory.EnumerateFiles(runner.Config.Run + "/netns").Count();
        Assert.InRange(addresses, 0, 3); // those made in advance
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_removal_it_ends_with_nothing()
    {
        for (var round = 0; round < 5; round++)
        {
            var spec = runner.Spec("true");
            await runner.StartAsync(spec);
            await LiveRunner.UntilAsync("it ended", async () => (await runner.FindAsync(spec.Id)).Exit is not null);
            var removing = runner.RemoveAsync(spec.Id);
            await Task.Delay(round * 15, LiveRunner.Cancel);
            await runner.RestartAsync();
            await Answered(removing);
            await runner.RemoveAsync(spec.Id);
            Assert.Empty(runner.TracesOf(spec.Id));
        }
    }

    private static async Task<bool> Answered(Task call)
    {
        try
        {
            await call;
            return true;
        }
        catch (SlipwayException e) when (e.Error.Id == "runner_unreachable")
        {
            return false;
        }
    }
}
