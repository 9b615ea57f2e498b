using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Instances;
using Slipway.Control.Secrets;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>
/// The servers behind the add-ons: each an instance of its kind's stack, on a volume of its own. The reconciler keeps one
/// running while any add-on is in it, and a while longer.
/// </summary>
internal sealed class AddonServers(
    IDbContextFactory<SlipwayStore> stores, StackCatalog stacks, SecretBox secrets, RunnerClient runner, ServerConfig config, TimeProvider time) : IAddonServers
{
    private static readonly InstanceId NotStarted = InstanceId.Parse("server-not-started");
    /// <summary>The volume of each.</summary>
    public static readonly VolumeName Data = VolumeName.Parse("data");

    /// <summary>A shared server runs on for so long without an add-on: who destroys an app and makes another one does not wait for its end and its start.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMinutes(10);

    // How a server is started matters only while it does not run; what is kept here is not asked for at each pass.
    private readonly ConcurrentDictionary<Guid, InstanceSpec> _known = new();
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _unusedSince = new();

    public static string HostOf(AddonServerRow server) => $"{server.Name["slipway-".Length..]}.{AddonUrl.Domain}";

    public async ValueTask<IReadOnlyList<InstanceSpec>> WantedAsync(IReadOnlyList<InstanceStatus> running, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var used = await store.Addons.AsNoTracking()
            .Join(store.AddonServers, addon => addon.ServerId, server => server.Id, (addon, server) => new { Addon = addon, Server = server })
            .ToListAsync(cancel);
        var wanted = new List<InstanceSpec>();
        foreach (var one in used.DistinctBy(one => one.Server.Id))
        {
            var kind = AddonKinds.Of(one.Server.Service);
            if (!kind.IsShared && one.Addon.State == AddonState.Deprovisioned) continue;
            if (Runs(one.Server, running) && _known.TryGetValue(one.Server.Uuid, out var known)) wanted.Add(known);
            else if (await SpecAsync(kind, one.Server, one.Addon, cancel) is { } spec) wanted.Add(_known[one.Server.Uuid] = spec);
        }

        wanted.AddRange(Lingering(await store.AddonServers.AsNoTracking().ToListAsync(cancel), used.Select(one => one.Server.Uuid).ToHashSet(), running));
        return wanted;
    }

    private IEnumerable<InstanceSpec> Lingering(IReadOnlyList<AddonServerRow> servers, IReadOnlySet<Guid> used, IReadOnlyList<InstanceStatus> running)
    {
        foreach (var id in _unusedSince.Keys.Where(used.Contains)) _unusedSince.TryRemove(id, out _);
        foreach (var gone in _known.Keys.Except(servers.Select(server => server.Uuid))) _known.TryRemove(gone, out _);
        foreach (var server in servers.Where(server => !used.Contains(server.Uuid) && Runs(server, running)))
        {
            var since = _unusedSince.GetOrAdd(server.Uuid, _ => time.GetUtcNow());
            if (time.GetUtcNow() - since < Linger && _known.TryGetValue(server.Uuid, out var spec)) yield return spec;
        }
    }

    /// <summary>Takes away all of a server that no add-on is in: it does not run any more.</summary>
    public async Task RemoveAsync(AddonServerRow server, CancellationToken cancel)
    {
        var app = AppName.Parse(server.Name);
        await runner.SendAsync(RunnerVerb.RemoveVolume, new VolumeRequest(app, Data, UidOf(server), SizeBytes: 0), ContractsJson.Default.VolumeRequest, cancel);
        await runner.SendAsync(RunnerVerb.RemoveLogs, new AppRequest(app), ContractsJson.Default.AppRequest, cancel);
    }

    private static bool Runs(AddonServerRow server, IReadOnlyList<InstanceStatus> running) =>
        running.Any(i => i.Kind == InstanceKind.Addon && i.App.Value == server.Name && i.State != InstanceState.Exited);

    /// <summary>Null while its stack is not there. Whoever asks for a new add-on has it built, and shows that; for one that was there before, it is built aside.</summary>
    private async Task<InstanceSpec?> SpecAsync(AddonKind kind, AddonServerRow server, AddonRow addon, CancellationToken cancel)
    {
        if (await stacks.TryFindAsync(kind.Stack, cancel) is not { } stack)
        {
            if (addon.State == AddonState.Provisioned) stacks.BuildAside(kind.Stack);
            return null;
        }

        var (app, program) = (AppName.Parse(server.Name), kind.Server(addon.Plan, kind.IsShared ? null : new Uri(secrets.Open(addon.Url))));
        if (program.KeepsData)
            await runner.SendAsync(RunnerVerb.CreateVolume, new VolumeRequest(app, Data, UidOf(server), SizeBytes: 0), ContractsJson.Default.VolumeRequest, cancel);
        return new InstanceSpec
        {
            Id = NotStarted,
            App = app,
            Name = kind.ServerNoun + ".1",
            Kind = InstanceKind.Addon,
            Uid = UidOf(server),
            Layers = [stack.Layer],
            Command = program.Script.Command(program.KeepsData),
            Environment = new Dictionary<string, string>(program.Environment)
            {
                ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                ["LANG"] = "C.UTF-8",
                ["SERVER"] = server.Uuid.ToString(),
                ["MAY_CREATE"] = server.HasData ? "0" : "1",
            },
            Limits = program.Limits,
            AddonAddress = server.Address,
            Mounts = program.KeepsData ? [new Mount(MountKind.Volume, Data.Value, "/data", ReadOnly: false)] : [],
        };
    }

    /// <summary>Of the range's first thousand, which no app gets.</summary>
    private int UidOf(AddonServerRow server) => config.UidBase + server.Address;
}
