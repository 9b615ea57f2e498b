using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Runner.Archives;
using Slipway.Runner.Instances;
using Slipway.Runner.Layers;
using Slipway.Runner.Logs;
using Slipway.Runner.Networks;
using Slipway.Runner.Stacks;
using Slipway.Runner.Volumes;

namespace Slipway.Runner.Protocol;

/// <summary>One method a verb: reads its argument strictly, does it, answers.</summary>
internal sealed class Verbs(
    RunnerInfo info, SpecRules rules, InstanceTable table, InstanceSession session, ExecSession exec, EventHub events,
    LayerStore layers, Commit commit, StackStore stacks, PackageLayers packages, VolumeStore volumes, Archiver archiver, Firewall firewall, LogFiles logs)
{
    private static readonly ContractsJson Json = ContractsJson.Default;

    public Task AnswerAsync(RunnerRequest request, FrameStream client, CancellationToken cancel) => request.Verb switch
    {
        RunnerVerb.Info => Result(client, info, Json.RunnerInfo, cancel),
        RunnerVerb.Start => StartAsync(Body(request, StrictJson.Default.InstanceSpec), client, cancel),
        RunnerVerb.Run => session.RunAsync(Body(request, StrictJson.Default.InstanceSpec), client, cancel),
        RunnerVerb.Exec => exec.RunAsync(Body(request, StrictJson.Default.ExecRequest), client, cancel),
        RunnerVerb.Stop => StopAsync(Body(request, StrictJson.Default.StopRequest), client, cancel),
        RunnerVerb.Remove => RemoveAsync(Body(request, StrictJson.Default.InstanceRequest), client, cancel),
        RunnerVerb.List => Result(client, [.. table.All.Select(i => i.Status())], Json.IReadOnlyListInstanceStatus, cancel),
        RunnerVerb.Stats => Result(client, table.Stats(Set(Body(request, StrictJson.Default.InstanceRequest).Id)), Json.InstanceStats, cancel),
        RunnerVerb.Usage => Result(client, [.. table.All.Where(i => i.Running).Select(i => i.Usage())], Json.IReadOnlyListInstanceUsage, cancel),
        RunnerVerb.Describe => DescribeAsync(Body(request, StrictJson.Default.InstanceRequest), client, cancel),
        RunnerVerb.Events => EventsAsync(client, cancel),
        RunnerVerb.Commit => CommitAsync(Body(request, StrictJson.Default.CommitRequest), client, cancel),
        RunnerVerb.Layers => Result(client, layers.All, Json.IReadOnlyListLayerInfo, cancel),
        RunnerVerb.RemoveLayer => RemoveLayerAsync(Body(request, StrictJson.Default.LayerRequest), client, cancel),
        RunnerVerb.BuildStack => BuildStackAsync(Body(request, StrictJson.Default.StackRequest), client, cancel),
        RunnerVerb.AddPackages => AddPackagesAsync(Body(request, StrictJson.Default.PackagesRequest), client, cancel),
        RunnerVerb.Stacks => Result(client, stacks.All, Json.IReadOnlyListStackInfo, cancel),
        RunnerVerb.ArchiveLayer => ArchiveLayerAsync(Body(request, StrictJson.Default.LayerRequest), client, cancel),
        RunnerVerb.ArchiveVolume => ArchiveVolumeAsync(Body(request, StrictJson.Default.ArchiveVolumeRequest), client, cancel),
        RunnerVerb.CreateVolume => CreateVolumeAsync(Body(request, StrictJson.Default.VolumeRequest), client, cancel),
        RunnerVerb.RemoveVolume => RemoveVolumeAsync(Body(request, StrictJson.Default.VolumeRequest), client, cancel),
        RunnerVerb.RemoveLogs => RemoveLogsAsync(Body(request, StrictJson.Default.AppRequest), client, cancel),
        _ => throw new SlipwayException(400, new SlipwayError("unknown_verb", "slipway-runner does not know that verb.")),
    };

    private async Task StartAsync(InstanceSpec spec, FrameStream client, CancellationToken cancel)
    {
        // Not cancelled with the client: a start ends or is undone as a whole.
        var (instance, _) = await table.StartAsync(spec, attach: false, CancellationToken.None);
        await Result(client, instance.Status(), Json.InstanceStatus, cancel);
    }

    private async Task StopAsync(StopRequest request, FrameStream client, CancellationToken cancel)
    {
        Set(request.Id);
        var instance = await table.StopAsync(request, CancellationToken.None);
        await Result(client, instance.Status(), Json.InstanceStatus, cancel);
    }

    private async Task RemoveAsync(InstanceRequest request, FrameStream client, CancellationToken cancel)
    {
        await table.RemoveAsync(Set(request.Id), CancellationToken.None);
        await Empty(client, cancel);
    }

    private async Task DescribeAsync(InstanceRequest request, FrameStream client, CancellationToken cancel)
    {
        var instance = table.Find(Set(request.Id));
        var folder = instance.Folder;
        using var config = JsonDocument.Parse(await File.ReadAllBytesAsync(folder.Bundle + "/config.json", cancel));
        var mounts = File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains($" {folder.Path}/", StringComparison.Ordinal) || line.Contains($" {folder.SocketDirectory} ", StringComparison.Ordinal));
        var rules = await firewall.ListAsync(cancel);
        await Result(client, new InstanceRecord(folder.Path, config.RootElement, folder.ReadCommands(), [.. mounts], rules.TrimEnd().Split('\n')), Json.InstanceRecord, cancel);
    }

    private async Task EventsAsync(FrameStream client, CancellationToken cancel)
    {
        var listener = events.Listen();
        try
        {
            await Empty(client, cancel);
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            _ = CancelWhenGoneAsync(client, gone);
            await foreach (var change in listener.Reader.ReadAllAsync(gone.Token))
                await client.WriteJsonAsync(FrameType.Event, change, Json.InstanceEvent, gone.Token);
        }
        finally
        {
            events.Leave(listener);
        }
    }

    private async Task CommitAsync(CommitRequest request, FrameStream client, CancellationToken cancel)
    {
        Set(request.Id);
        rules.Check(request);
        await Result(client, await commit.RunAsync(request, CancellationToken.None), Json.LayerInfo, cancel);
    }

    private async Task BuildStackAsync(StackRequest request, FrameStream client, CancellationToken cancel)
    {
        var stack = await stacks.BuildAsync(Set(request.Name), request.Rebuild, Progress(client, cancel), cancel);
        await Result(client, stack, Json.StackInfo, cancel);
    }

    private async Task AddPackagesAsync(PackagesRequest request, FrameStream client, CancellationToken cancel)
    {
        Set(request.Stack);
        await Result(client, await packages.BuildAsync(request, Progress(client, cancel), cancel), Json.LayerInfo, cancel);
    }

    /// <summary>Lines for whoever asked; who may go away, and what was asked for is done all the same.</summary>
    private static Func<string, ValueTask> Progress(FrameStream client, CancellationToken cancel) => async line =>
    {
        try
        {
            await client.WriteAsync(FrameType.Stdout, Encoding.UTF8.GetBytes(line + "\n"), cancel);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Commands.Journal.Debug($"nobody listens: {line}");
        }
    };

    private async Task RemoveLayerAsync(LayerRequest request, FrameStream client, CancellationToken cancel)
    {
        layers.Remove(Set(request.Digest), () => table.All.SelectMany(i => i.Layers).Concat(stacks.Layers));
        await Empty(client, cancel);
    }

    private async Task ArchiveLayerAsync(LayerRequest request, FrameStream client, CancellationToken cancel)
    {
        await archiver.LayerAsync(Set(request.Digest), bytes => client.WriteAsync(FrameType.Stdout, bytes, cancel), cancel);
        await Empty(client, cancel);
    }

    private async Task ArchiveVolumeAsync(ArchiveVolumeRequest request, FrameStream client, CancellationToken cancel)
    {
        await archiver.VolumeAsync(Set(request.App), Set(request.Name), bytes => client.WriteAsync(FrameType.Stdout, bytes, cancel), cancel);
        await Empty(client, cancel);
    }

    private async Task CreateVolumeAsync(VolumeRequest request, FrameStream client, CancellationToken cancel)
    {
        CheckVolume(request);
        await volumes.CreateAsync(request, CancellationToken.None);
        await Empty(client, cancel);
    }

    private async Task RemoveVolumeAsync(VolumeRequest request, FrameStream client, CancellationToken cancel)
    {
        CheckVolume(request);
        var inUse = table.All.Any(i => i.Exit is null && i.Spec.App == request.App
            && i.Spec.Mounts.Any(m => m.Kind == MountKind.Volume && m.Name == request.Name.Value));
        await volumes.RemoveAsync(request, inUse, CancellationToken.None);
        await Empty(client, cancel);
    }

    private async Task RemoveLogsAsync(AppRequest request, FrameStream client, CancellationToken cancel)
    {
        logs.Remove(Set(request.App));
        await Empty(client, cancel);
    }

    private void CheckVolume(VolumeRequest request)
    {
        Set(request.App);
        Set(request.Name);
        rules.Check(request);
    }

    private static T Body<T>(RunnerRequest request, JsonTypeInfo<T> json) where T : class =>
        request.Body is { } body ? body.Deserialize(json) ?? throw new JsonException("The body is 'null'.") : throw new JsonException($"{request.Verb} needs a body.");

    private static T Set<T>(T name) where T : struct, ITypedName<T> =>
        EqualityComparer<T>.Default.Equals(name, default) ? TypedName.Parse<T>(null) : name;

    public static Task Result<T>(FrameStream client, T result, JsonTypeInfo<T> json, CancellationToken cancel) =>
        client.WriteJsonAsync(FrameType.Result, result, json, cancel).AsTask();

    public static Task Empty(FrameStream client, CancellationToken cancel) =>
        client.WriteAsync(FrameType.Result, "null"u8.ToArray(), cancel).AsTask();

    /// <summary>
    /// After the last frame: waits a moment for the client to close first, for one that is still sending input would
    /// otherwise meet a broken pipe before it reads how it ended.
    /// </summary>
    public static async Task LetGoAsync(Task input, CancellationTokenSource gone)
    {
        await Task.WhenAny(input, Task.Delay(TimeSpan.FromSeconds(5), gone.Token));
        await gone.CancelAsync();
        await input;
    }

    public static async Task CancelWhenGoneAsync(FrameStream client, CancellationTokenSource gone)
    {
        try
        {
            while (await client.ReadAsync(gone.Token) is not null)
            {
            }

            await gone.CancelAsync();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            Commands.Journal.Debug($"listener: {e.Message}");
        }
    }
}
