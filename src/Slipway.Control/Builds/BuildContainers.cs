using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Deploys;
using Slipway.Control.Instances;
using Slipway.Control.Logs;

namespace Slipway.Control.Builds;

/// <summary>One run of <c>slipway_build</c>.</summary>
/// <param name="Command"><c>dependencies</c> or <c>app</c>.</param>
/// <param name="Layers">Bottom first.</param>
/// <param name="Results">Folders that become the layer.</param>
/// <param name="Shared">The layer is read-only for every app.</param>
internal sealed record BuildJob(
    AppName App, int Uid, string Command, BuildRequest Request, IReadOnlyList<Digest> Layers, IReadOnlyList<Mount> Mounts,
    IReadOnlyList<string> Results, bool Shared)
{
    /// <summary>What is in <c>/app</c> when it begins; null for nothing.</summary>
    public LaidSource? Laid { get; init; }

    /// <summary>The one result is a whole file system.</summary>
    public bool IsRoot { get; init; }

    /// <summary><see cref="AppKind.IsRootInBuild"/></summary>
    public bool UserNamespace { get; init; }
}

/// <summary>Runs build containers: streams what they say into the deploy's log and makes a layer of what they leave.</summary>
internal sealed class BuildContainers(RunnerClient runner, InstanceOwners owners, TimeProvider time)
{
    private const string ErrorMark = "SLIPWAY-ERROR ";
    private const long GiB = 1L << 30;

    /// <summary>Builds at a time, of all apps: each may take most of a small host's memory.</summary>
    private const int Slots = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _slots = new(Slots, Slots);

    /// <exception cref="SlipwayException">What the build said was wrong, or the limit that it broke. Nothing of it is left.</exception>
    public async Task<LayerInfo> RunAsync(BuildJob job, DeployLog log, CancellationToken cancel)
    {
        var spec = await SpecAsync(job, cancel);
        if (_slots.CurrentCount == 0) await log.LineAsync($"Waiting: {Slots} builds run on this server already.");
        await _slots.WaitAsync(cancel);
        var lease = owners.Own(spec.Id);
        try
        {
            await AttendAsync(spec, log, cancel);
            return await runner.CallAsync(
                RunnerVerb.Commit, new CommitRequest(spec.Id, job.Results, job.Shared) { IsRoot = job.IsRoot }, ContractsJson.Default.CommitRequest,
                ContractsJson.Default.LayerInfo, cancel);
        }
        finally
        {
            _slots.Release();
            // Nobody waits for it: the deploy goes on. Should slipwayd end first, the reconciler finds it without an owner.
            _ = RemoveAsync(spec.Id, lease);
        }
    }

    private async Task<InstanceSpec> SpecAsync(BuildJob job, CancellationToken cancel)
    {
        var host = await runner.CallAsync(RunnerVerb.Info, ContractsJson.Default.RunnerInfo, cancel);
        return new InstanceSpec
        {
            Id = InstanceIds.New(job.App, InstanceIds.NoShape),
            App = job.App,
            Name = $"build-{job.Command}.1",
            Kind = InstanceKind.Build,
            Uid = job.Uid,
            Layers = job.Layers,
            Command = ["python3", "-I", "/build/platform/slipway_build", job.Command],
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
                ["HOME"] = "/tmp",
                ["LANG"] = "C.UTF-8",
                ["PYTHONUNBUFFERED"] = "1",
                [BuildRequest.Variable] = JsonSerializer.Serialize(job.Request, BuildsJson.Default.BuildRequest),
            },
            // Three quarters of a small host, so that a build slows the apps down rather than starving them.
            Limits = new ResourceLimits(Math.Min(2 * GiB, host.MemoryBytes / 4 * 3), Math.Min(2, host.Cpus) * 1000, 1024, job.IsRoot ? 12 * GiB : 4 * GiB),
            Mounts = job.Mounts,
            Laid = job.Laid,
            UserNamespace = job.UserNamespace,
        };
    }

    private async Task AttendAsync(InstanceSpec spec, DeployLog log, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        SlipwayError? said = null;
        var lines = new LineSplitter(line =>
        {
            if (!line.StartsWith(ErrorMark, StringComparison.Ordinal)) return log.LineAsync(line);
            said = ParseError(line[ErrorMark.Length..]);
            return ValueTask.CompletedTask;
        });

        InstanceExit? exit = null;
        try
        {
            await using var frames = await runner.StreamAsync(RunnerVerb.Run, spec, ContractsJson.Default.InstanceSpec, both.Token);
            while (exit is null && await frames.ReadAsync(both.Token) is { } frame)
            {
                if (frame.Type is FrameType.Stdout or FrameType.Stderr) await lines.WriteAsync(frame.Payload);
                if (frame.Type is FrameType.Exit) exit = JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.InstanceExit);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw TimedOut(spec);
        }
        catch (IOException e)
        {
            throw Lost(e);
        }

        await lines.EndAsync();
        if (exit is null) throw Lost(null);
        if (exit.OomKills > 0 && exit.Code != 0) throw OutOfMemory(spec);
        if (exit.Code != 0) throw new SlipwayException(422, said ?? Unexplained(exit));
    }

    private async Task RemoveAsync(InstanceId id, IDisposable lease)
    {
        // Not the deploy's own token: a cancelled deploy cleans up as well.
        using var limit = new CancellationTokenSource(CleanUpLimit, time);
        try
        {
            await runner.CallAsync(RunnerVerb.Stop, new StopRequest(id, 0), ContractsJson.Default.StopRequest, ContractsJson.Default.InstanceStatus, limit.Token);
            await runner.SendAsync(RunnerVerb.Remove, new InstanceRequest(id), ContractsJson.Default.InstanceRequest, limit.Token);
        }
        catch (Exception e) when (e is SlipwayException or OperationCanceledException or IOException)
        {
            // Never started, or the runner is away: the lease ends, and the reconciler clears away what nobody owns.
        }
        finally
        {
            lease.Dispose();
        }
    }

    private static SlipwayError? ParseError(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ContractsJson.Default.SlipwayError);
        }
        catch (JsonException)
        {
            return null; // the app's own code printed something alike
        }
    }

    private static SlipwayError Unexplained(InstanceExit exit) => new("build_failed", "The build failed.")
    {
        Why = exit.MonitorLost ? "Its monitor (conmon) was killed, so its end is not known." : $"It ended with status {exit.Code} and did not say why; its last lines are in the log.",
        Next = "slipway deploy, once more; when it fails again, the log above shows where.",
    };

    private static SlipwayException OutOfMemory(InstanceSpec spec) => new(422, new SlipwayError("out_of_memory", "The build needed more memory than it may have.")
    {
        Why = $"The kernel ended it at {Sources.Size.Text(spec.Limits.MemoryBytes)}.",
        Next = "Use packages that come as ready-made wheels rather than being compiled here, or deploy to a server with more memory.",
    });

    private static SlipwayException TimedOut(InstanceSpec spec) => new(422, new SlipwayError("build_timeout", $"The build was not done within {Limit.TotalMinutes:0} minutes.")
    {
        Why = $"{spec.Name} was stopped, so that it does not hold up the server for ever; the last line of its log shows what it did.",
        Next = "slipway deploy, once more: what was downloaded is kept.",
    });

    private static SlipwayException Lost(Exception? e) => new(503, new SlipwayError("build_interrupted", "The build was cut off.")
    {
        Why = e is null ? "slipway-runner let go of it, probably because it was restarted." : e.Message,
        Next = "Deploy again: slipway deploy",
    }, e);
}
