using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Xunit;

namespace Slipway.Runner.Tests;

[Collection(LiveRunnerCollection.Name)]
[Trait("needs", "root")]
public sealed class LifecycleTests(LiveRunner runner)
{
    [Fact]
    public async Task An_instance_runs_until_TERM_and_leaves_nothing()
    {
        var spec = runner.Spec("sleep", "1000");
        var started = await runner.StartAsync(spec);
        Assert.Equal(InstanceState.Running, started.State);
        Assert.Equal(spec.Uid, Uid(started.Pid!.Value));
        Assert.Contains(await runner.ListAsync(), i => i.Id == spec.Id && i.State == InstanceState.Running);

        var stopped = await runner.StopAsync(spec.Id, graceSeconds: 10);
        Assert.Equal((InstanceState.Exited, 143), (stopped.State, stopped.Exit!.Code));
        Assert.Equal(stopped.Exit, (await runner.StopAsync(spec.Id)).Exit);

        await runner.RemoveAsync(spec.Id);
        await runner.RemoveAsync(spec.Id);
        Assert.Empty(runner.TracesOf(spec.Id));
        Assert.True(File.Exists(started.LogFile), "the log is kept");
    }

    [Fact]
    public async Task One_that_ignores_TERM_is_killed_after_its_grace()
    {
        var spec = runner.Spec("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done");
        var status = await runner.StartAsync(spec);
        await LiveRunner.UntilAsync("it ignores TERM", async () => (await File.ReadAllTextAsync(status.LogFile, LiveRunner.Cancel)).Contains("ready"));
        var before = DateTime.UtcNow;
        Assert.Equal(137, (await runner.StopAsync(spec.Id, graceSeconds: 1)).Exit!.Code);
        Assert.InRange((DateTime.UtcNow - before).TotalSeconds, 1, 10);
        await runner.RemoveAsync(spec.Id);
    }

    [Fact]
    public async Task The_exit_status_is_reported_as_an_event_and_kept()
    {
        await using var events = await runner.Client.StreamAsync<object?>(RunnerVerb.Events, null, null, LiveRunner.Cancel);
        var spec = runner.Spec("sh", "-c", "exit 42");
        await runner.StartAsync(spec);
        InstanceEvent? change = null;
        while (change is not { State: InstanceState.Exited } || change.Id != spec.Id)
        {
            var frame = await events.ReadAsync(LiveRunner.Cancel);
            change = JsonSerializer.Deserialize(frame!.Value.Payload.Span, ContractsJson.Default.InstanceEvent);
        }

        Assert.Equal(42, change.Exit!.Code);
        Assert.Equal(42, (await runner.FindAsync(spec.Id)).Exit!.Code);
        await runner.RemoveAsync(spec.Id);
    }

    [Fact]
    public async Task Input_is_piped_in_and_every_byte_comes_out()
    {
        var input = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i}\n"));
        var outcome = await runner.RunAsync(runner.Spec("sh", "-c", "cat; echo done >&2; exit 3") with { Kind = InstanceKind.OneOff, Name = "run.1" }, input);
        Assert.Equal(3, outcome.Exit.Code);
        Assert.Equal(input, outcome.Output);
        Assert.Equal("done\n", outcome.Error);
    }

    [Fact]
    public async Task What_is_said_before_anybody_could_listen_is_heard_and_logged()
    {
        var spec = runner.Spec("sh", "-c", "seq 10000");
        var outcome = await runner.RunAsync(spec);
        var expected = string.Concat(Enumerable.Range(1, 10_000).Select(i => $"{i}\n"));
        Assert.Equal(expected, outcome.Output);
        Assert.Equal(expected, LiveRunner.LoggedText(Path.Combine(runner.Config.LogsDirectory, "demo", $"web.1.{spec.Id}.log")));
    }

    [Fact]
    public async Task A_terminal_has_a_size_that_follows_and_passes_ctrl_c_on()
    {
        var spec = runner.Spec("sh", "-c", "stty size; read line; until [ \"$(stty size)\" = '22 77' ]; do sleep 0.05; done; echo $line; sleep 100") with { Terminal = new TerminalSize(100, 30) };
        await using var frames = await runner.Client.StreamAsync(RunnerVerb.Run, spec, ContractsJson.Default.InstanceSpec, LiveRunner.Cancel);
        await UntilAsync(frames, "30 100\r\n");
        await frames.WriteJsonAsync(FrameType.Resize, new TerminalSize(77, 22), ContractsJson.Default.TerminalSize, LiveRunner.Cancel);
        await frames.WriteAsync(FrameType.Stdin, Encoding.ASCII.GetBytes("hello\n"), LiveRunner.Cancel);
        await UntilAsync(frames, "hello\r\nhello\r\n"); // the terminal's echo, then the program, which saw the new size
        var outcome = await LiveRunner.AttendAsync(Interrupted(frames), null);
        Assert.Equal(130, outcome.Exit.Code);
        await runner.RemoveAsync(spec.Id);

        static async Task UntilAsync(FrameStream frames, string end)
        {
            var text = "";
            while (!text.EndsWith(end, StringComparison.Ordinal))
            {
                var frame = await frames.ReadAsync(LiveRunner.Cancel) ?? throw new EndOfStreamException(text);
                text += Encoding.UTF8.GetString(frame.Payload.Span);
            }
        }

        static FrameStream Interrupted(FrameStream frames)
        {
            _ = frames.WriteAsync(FrameType.Stdin, new byte[] { 3 }, LiveRunner.Cancel).AsTask();
            return frames;
        }
    }

    [Fact]
    public async Task A_terminal_is_hung_up_when_its_client_goes_and_another_runs_on()
    {
        var terminal = runner.Spec("sleep", "1000") with { Terminal = new TerminalSize(80, 24) };
        var piped = runner.Spec("sh", "-c", "sleep 1; exit 5");
        foreach (var spec in (InstanceSpec[])[terminal, piped])
        {
            var frames = await runner.Client.StreamAsync(RunnerVerb.Run, spec, ContractsJson.Default.InstanceSpec, LiveRunner.Cancel);
            await frames.DisposeAsync();
        }

        await LiveRunner.UntilAsync("both ended", async () => (await runner.ListAsync()).All(i => i.Exit is not null));

        // KILL when HUP came before its init could listen for it.
        Assert.Contains((await runner.FindAsync(terminal.Id)).Exit!.Code, (int[])[129, 137]);
        Assert.Equal(5, (await runner.FindAsync(piped.Id)).Exit!.Code);
        await runner.RemoveAsync(terminal.Id);
        await runner.RemoveAsync(piped.Id);
    }

    [Fact]
    public async Task A_second_process_has_its_own_stdio_and_status()
    {
        var spec = runner.Spec("sleep", "1000");
        await runner.StartAsync(spec);
        var outcome = await runner.ExecAsync(spec.Id, "hello\n", "sh", "-c", "id -u; cat; echo oops >&2; exit 9");
        Assert.Equal((9, $"{spec.Uid}\nhello\n", "oops\n"), (outcome.Exit.Code, outcome.Output, outcome.Error));
        await runner.StopAndRemoveAsync(spec.Id);
    }

    [Fact]
    public async Task A_second_process_dies_with_its_client()
    {
        var spec = runner.Spec("sleep", "1000");
        await runner.StartAsync(spec);
        var request = new ExecRequest(spec.Id, ["sleep", "777"], new Dictionary<string, string>(), "/", null);
        var frames = await runner.Client.StreamAsync(RunnerVerb.Exec, request, ContractsJson.Default.ExecRequest, LiveRunner.Cancel);
        await LiveRunner.UntilAsync("it runs", async () => (await runner.ExecAsync(spec.Id, "", "ps")).Output.Contains("sleep 777"));
        await frames.DisposeAsync();
        await LiveRunner.UntilAsync("it is gone", async () => !(await runner.ExecAsync(spec.Id, "", "ps")).Output.Contains("sleep 777"));
        await runner.StopAndRemoveAsync(spec.Id);
    }

    [Fact]
    public async Task An_id_is_taken_once_and_a_running_one_is_not_removed()
    {
        var spec = runner.Spec("sleep", "1000");
        await runner.StartAsync(spec);
        Assert.Equal("instance_exists", (await Assert.ThrowsAsync<SlipwayException>(() => runner.StartAsync(spec))).Error.Id);
        Assert.Equal("instance_running", (await Assert.ThrowsAsync<SlipwayException>(() => runner.RemoveAsync(spec.Id))).Error.Id);
        await runner.StopAndRemoveAsync(spec.Id);
    }

    [Fact]
    public async Task One_that_cannot_start_leaves_nothing()
    {
        var missing = runner.Spec("true") with { Mounts = [new Mount(MountKind.Volume, "nothing", "/data", false)] };
        Assert.Equal("volume_missing", (await Assert.ThrowsAsync<SlipwayException>(() => runner.StartAsync(missing))).Error.Id);
        Assert.Empty(runner.TracesOf(missing.Id));

        var noLayer = runner.Spec("true") with { Layers = [LiveRunner.Busybox, Contracts.Names.Digest.Parse("sha256:" + new string('0', 64))] };
        Assert.Equal("layer_missing", (await Assert.ThrowsAsync<SlipwayException>(() => runner.StartAsync(noLayer))).Error.Id);
        Assert.Empty(runner.TracesOf(noLayer.Id));
    }

    [Fact]
    public async Task Stats_are_the_kernels_own()
    {
        var spec = runner.Spec("sh", "-c", "head -c 20000000 /dev/zero > /tmp/x; sleep 1000");
        await runner.StartAsync(spec);
        await LiveRunner.UntilAsync("20 MB are written", async () => (await StatsAsync(spec)).DiskBytes > 20_000_000);
        var stats = await StatsAsync(spec);
        Assert.InRange(stats.Pids, 2, 5);
        Assert.True(stats.CpuNanoseconds > 1_000_000);
        Assert.InRange(stats.MemoryBytes, 10_000, spec.Limits.MemoryBytes);
        await runner.StopAndRemoveAsync(spec.Id);
    }

    private Task<InstanceStats> StatsAsync(InstanceSpec spec) =>
        runner.Client.CallAsync(RunnerVerb.Stats, new InstanceRequest(spec.Id), ContractsJson.Default.InstanceRequest, ContractsJson.Default.InstanceStats, LiveRunner.Cancel);

    private static int Uid(int pid) => int.Parse(File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1]);
}
