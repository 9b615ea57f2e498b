using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Slipway.Runner.Tests;

[CollectionDefinition(Name)]
public sealed class LiveRunnerCollection : ICollectionFixture<LiveRunner>
{
    public const string Name = "a live runner";
}

/// <summary>What an attached process said and how it ended.</summary>
public sealed record Outcome(InstanceExit Exit, string Output, string Error);

/// <summary>
/// A real slipway-runner over folders, bridge and cgroup of its own, with one layer: busybox. Killed and started again
/// at will; at the end nothing of it is left on the machine.
/// </summary>
public sealed class LiveRunner : IAsyncLifetime
{
    public static readonly AppName App = AppName.Parse("demo");
    public static readonly Digest Busybox = Digest.Parse("sha256:" + new string('b', 64));
    public static readonly ResourceLimits Limits = new(64 << 20, 1000, 64, 64 << 20);

    private static int _number;

    private readonly string _root;
    private readonly string _configFile;
    private readonly StringBuilder _log = new();
    private Process? _process;

    public LiveRunner()
    {
        var name = $"slt{Random.Shared.Next(0x10000):x4}";
        _root = $"/tmp/{name}";
        _configFile = _root + "/server.json";
        Config = new ServerConfig
        {
            Name = name, Home = _root + "/home", Run = _root + "/run", SubnetPrefix = $"10.{Random.Shared.Next(110, 250)}",
            ControlUser = "daemon", EdgeUser = "games", Group = "daemon",
        };
        Client = new RunnerClient(Config.RunnerSocket);
    }

    public ServerConfig Config { get; }

    public RunnerClient Client { get; }

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Config.Run);
        MakeBusyboxLayer();
        await File.WriteAllBytesAsync(_configFile, JsonSerializer.SerializeToUtf8Bytes(Config, ContractsJson.Default.ServerConfig));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        using var stopAll = Launch("stop-all", "--config", _configFile);
        await stopAll.WaitForExitAsync();
        Directory.Delete(_root, recursive: true);
    }

    public async Task StartAsync()
    {
        File.Delete(Config.RunnerSocket);
        _process = Launch("--config", _configFile);
        for (var waited = 0; !File.Exists(Config.RunnerSocket); waited++)
        {
            if (_process.HasExited || waited > 1200) throw new InvalidOperationException($"slipway-runner did not start:\n{Log}");
            await Task.Delay(25);
        }
    }

    /// <summary>As the kernel would do it at the worst moment.</summary>
    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    /// <summary>A spec that differs from an ordinary one in nothing but its command; <c>with</c> makes it differ.</summary>
    public InstanceSpec Spec(params string[] command) => new()
    {
        Id = InstanceId.Parse($"i-{Interlocked.Increment(ref _number)}"),
        App = App,
        Name = "web.1",
        Kind = InstanceKind.Process,
        Uid = Config.UidBase + 1,
        Layers = [Busybox],
        Command = command,
        Environment = new Dictionary<string, string> { ["PATH"] = "/bin" },
        Limits = Limits,
        Network = NetworkMode.None,
    };

    public Task<InstanceStatus> StartAsync(InstanceSpec spec) =>
        Client.CallAsync(RunnerVerb.Start, spec, ContractsJson.Default.InstanceSpec, ContractsJson.Default.InstanceStatus, Cancel);

    public Task<InstanceStatus> StopAsync(InstanceId id, int graceSeconds = 0) =>
        Client.CallAsync(RunnerVerb.Stop, new StopRequest(id, graceSeconds), ContractsJson.Default.StopRequest, ContractsJson.Default.InstanceStatus, Cancel);

    public Task RemoveAsync(InstanceId id) => Client.SendAsync(RunnerVerb.Remove, new InstanceRequest(id), ContractsJson.Default.InstanceRequest, Cancel);

    public async Task StopAndRemoveAsync(InstanceId id)
    {
        await StopAsync(id);
        await RemoveAsync(id);
    }

    public Task<IReadOnlyList<InstanceStatus>> ListAsync() => Client.CallAsync(RunnerVerb.List, ContractsJson.Default.IReadOnlyListInstanceStatus, Cancel);

    public async Task<InstanceStatus> FindAsync(InstanceId id) => (await ListAsync()).Single(i => i.Id == id);

    /// <summary>Runs to the end, removes it, and says how it was.</summary>
    public async Task<Outcome> RunAsync(InstanceSpec spec, string input = "")
    {
        await using var frames = await Client.StreamAsync(RunnerVerb.Run, spec, ContractsJson.Default.InstanceSpec, Cancel);
        var outcome = await AttendAsync(frames, input);
        await RemoveAsync(spec.Id);
        return outcome;
    }

    public async Task<Outcome> ExecAsync(InstanceId id, string input, params string[] command)
    {
        var request = new ExecRequest(id, command, new Dictionary<string, string>(), "/", null);
        await using var frames = await Client.StreamAsync(RunnerVerb.Exec, request, ContractsJson.Default.ExecRequest, Cancel);
        return await AttendAsync(frames, input);
    }

    public static async Task<Outcome> AttendAsync(FrameStream frames, string? input)
    {
        if (input is { Length: > 0 }) await frames.WriteAsync(FrameType.Stdin, Encoding.UTF8.GetBytes(input), Cancel);
        if (input is not null) await frames.WriteAsync(FrameType.Stdin, default, Cancel);
        var (output, error) = (new StringBuilder(), new StringBuilder());
        while (await frames.ReadAsync(Cancel) is { } frame)
        {
            if (frame.Type is FrameType.Stdout) output.Append(Encoding.UTF8.GetString(frame.Payload.Span));
            if (frame.Type is FrameType.Stderr) error.Append(Encoding.UTF8.GetString(frame.Payload.Span));
            if (frame.Type is FrameType.Exit) return new Outcome(JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.InstanceExit)!, output.ToString(), error.ToString());
        }

        throw new EndOfStreamException($"No exit; it said: {output}{error}");
    }

    /// <summary>Waits for what is about to become true, and says what was not.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isTrue)
    {
        for (var round = 0; round < 400; round++)
        {
            if (await isTrue()) return;
            await Task.Delay(25, Cancel);
        }

        Assert.Fail($"Never happened: {what}");
    }

    /// <summary>All that the machine still has of an instance, seen from outside the runner.</summary>
    public IReadOnlyList<string> TracesOf(InstanceId id)
    {
        string[] folders = [$"{Config.InstancesDirectory}/{id}", $"{Config.InstanceSocketsDirectory}/{id}", $"{Config.Run}/exits/{id}", $"{Config.Run}/oci/{id}"];
        var mounts = File.ReadLines("/proc/self/mountinfo").Where(l => l.Contains($"{Config.InstancesDirectory}/{id}/", StringComparison.Ordinal));
        var cgroups = new Cgroups.Cgroup($"/{Config.Name}/{id}").Pids().Select(p => $"pid {p}").Concat(Cgroups.Cgroup.Names(Config.Name).Where(n => n == id.Value));
        return [.. folders.Where(Path.Exists), .. mounts, .. cgroups];
    }

    /// <summary>What an instance said, as its log tells it.</summary>
    public static string LoggedText(string file)
    {
        var text = new StringBuilder();
        foreach (var record in File.ReadLines(file))
        {
            Assert.True(Contracts.Logs.LogLine.TryParse(record, out var line), record);
            text.Append(line.Text);
            if (!line.Partial) text.Append('\n');
        }

        return text.ToString();
    }

    private Process Launch(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "slipway-runner"), arguments) { RedirectStandardError = true };
        start.Environment["SLIPWAY_DEBUG"] = "1";
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_log) _log.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }

    private void MakeBusyboxLayer()
    {
        var layer = Path.Combine(Config.LayersDirectory, Busybox.FileName);
        foreach (var folder in (string[])["bin", "etc", "proc", "sys", "dev", "run", "tmp", "data"]) Directory.CreateDirectory(Path.Combine(layer, folder));
        File.Copy("/bin/busybox", layer + "/bin/busybox");
        using var list = Process.Start(new ProcessStartInfo("/bin/busybox", "--list") { RedirectStandardOutput = true })!;
        foreach (var applet in list.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(a => a != "busybox"))
            File.CreateSymbolicLink($"{layer}/bin/{applet}", "busybox");
        File.WriteAllBytes(layer + ".json", JsonSerializer.SerializeToUtf8Bytes(new LayerInfo(Busybox, 1, 1, DateTimeOffset.UnixEpoch), ContractsJson.Default.LayerInfo));
    }
}
