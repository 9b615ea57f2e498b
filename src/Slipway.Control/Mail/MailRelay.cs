using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Addons;
using Slipway.Control.Images;
using Slipway.Control.Instances;
using Slipway.Control.Sources;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Mail;

/// <summary>
/// The relay that apps hand their mail to: <c>src/python/slipway_mail</c> in an instance of its own, so that it outlives slipwayd, is not root,
/// and is reached along links alone. It runs while there is an app that could send.
/// </summary>
internal sealed class MailRelay(
    IDbContextFactory<SlipwayStore> stores, StackCatalog stacks, SourceStore sources, MailKeys keys, RunnerClient runner, ServerConfig server) : IAddonServers
{
    /// <summary>The last of the addresses; add-ons get those before it.</summary>
    public const int Address = 254;

    public const long MiB = 1L << 20;

    private const string Folder = "slipway_mail";

    public static readonly AppName Name = AppName.Parse("slipway-mail");
    public static readonly StackName Stack = StackName.Parse("mail");

    /// <summary>Whether an image has processes; images never change.</summary>
    private readonly ConcurrentDictionary<long, bool> _hasProcesses = new();
    private SourceTree? _program;
    private InstanceSpec? _known;

    /// <summary>Of the program that it runs, once that was asked for: a source that must stay.</summary>
    public Digest? Program => _program?.Digest;

    private int Uid => server.UidBase + Address;

    public async ValueTask<IReadOnlyList<InstanceSpec>> WantedAsync(IReadOnlyList<InstanceStatus> running, CancellationToken cancel)
    {
        if (!await IsNeededAsync(cancel)) return [];
        if (_known is { } known && running.Any(one => one.Kind == InstanceKind.Addon && one.App == Name && one.Release == known.Release && one.State != InstanceState.Exited)) return [known];
        return await SpecAsync(cancel) is { } spec ? [_known = spec] : [];
    }

    /// <summary>There is an app whose newest release has processes.</summary>
    public async Task<bool> IsNeededAsync(CancellationToken cancel)
    {
        if (!keys.Works) return false;
        await using var store = await stores.CreateDbContextAsync(cancel);
        var images = await store.Apps.Where(app => app.DestroyedAt == null)
            .Select(app => store.Releases.Where(row => row.AppId == app.Id && row.ImageId != null).OrderByDescending(row => row.Id).Select(row => row.ImageId).FirstOrDefault())
            .Where(image => image != null).Select(image => image!.Value).ToListAsync(cancel);
        foreach (var id in images.Where(id => !_hasProcesses.ContainsKey(id)))
            _hasProcesses[id] = ImageFacts.Parse(await store.Images.Where(row => row.Id == id).Select(row => row.Facts).SingleAsync(cancel)).Site is null;
        return images.Any(id => _hasProcesses[id]);
    }

    /// <summary>Null while its stack is not there; it is built aside.</summary>
    private async Task<InstanceSpec?> SpecAsync(CancellationToken cancel)
    {
        if (await stacks.TryFindAsync(Stack, cancel) is not { } stack)
        {
            stacks.BuildAside(Stack);
            return null;
        }

        var program = _program ??= await sources.ImportFolderAsync(Path.Combine(AppContext.BaseDirectory, "python", Folder), null, cancel);
        await runner.SendAsync(RunnerVerb.CreateVolume, new VolumeRequest(Name, AddonServers.Data, Uid, SizeBytes: 0), ContractsJson.Default.VolumeRequest, cancel);
        return new InstanceSpec
        {
            Id = InstanceSpecs.NoId,
            App = Name,
            Name = "mail.1",
            Kind = InstanceKind.Addon,
            Release = NumberOf(program.Digest),
            Uid = Uid,
            Layers = [stack.Layer],
            Command = ["/usr/bin/python3", "-I", "-B", "/relay/" + Folder],
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/bin:/bin",
                ["LANG"] = "C.UTF-8",
                ["NAME"] = MailKeys.Host,
                ["LISTEN"] = $"0.0.0.0:{MailKeys.Port}",
                ["SLIPWAYD"] = $"{server.Gateway}:{server.ErrorsPort}",
                ["LOGIN_KEY"] = keys.LoginKey,
                ["HANDOVER_KEY"] = keys.HandoverKey,
                ["HOURLY_LIMIT"] = MailLimits.Hourly.ToString(CultureInfo.InvariantCulture),
            },
            Limits = new ResourceLimits(64 * MiB, 500, 32, 16 * MiB),
            AddonAddress = Address,
            Mounts =
            [
                new Mount(MountKind.Volume, AddonServers.Data.Value, "/data", ReadOnly: false),
                new Mount(MountKind.Source, program.Digest.Value, "/relay/" + Folder, ReadOnly: true),
            ],
        };
    }

    /// <summary>Another program is another release: the planner ends the one that runs the old one, and starts this.</summary>
    private static int NumberOf(Digest program) => BinaryPrimitives.ReadInt32BigEndian(Convert.FromHexString(program.Value["sha256:".Length..])) & 0xfffffff;
}
