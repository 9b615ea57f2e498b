using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Instances;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>
/// The one PostgreSQL server that apps share: an instance of the stack <c>postgres</c> on a volume of its own. The
/// reconciler keeps it running while any app has a database.
/// </summary>
internal sealed partial class PostgresServer(
    IDbContextFactory<SlipwayStore> stores, StackCatalog stacks, RunnerClient runner, ServerConfig server, ILogger<PostgresServer> logger) : IAddonServer
{
    public const string Host = "postgres.slipway.internal";

    /// <summary>Superuser, only over the socket inside the instance.</summary>
    public const string Superuser = "slipway";

    public static readonly AppName App = AppName.Parse("slipway-postgres");

    private const int Address = 2;
    private const long MiB = 1L << 20;

    private static readonly InstanceId NotStarted = InstanceId.Parse("postgres-not-started");
    private static readonly VolumeName Data = VolumeName.Parse("data");

    private bool _volumeMade;

    public string Service => Postgresql.Service;

    public KeyValuePair<string, int> Link => new(Host, Address);

    /// <summary>Of the range's first thousand, which no app gets.</summary>
    private int Uid => server.UidBase + Address;

    public async ValueTask<InstanceSpec?> ServerAsync(IReadOnlyList<AddonRow> addons, CancellationToken cancel)
    {
        if (addons.Count == 0) return null;
        var cluster = await PostgresCluster.ReadAsync(stores, cancel);
        var stack = await stacks.FindAsync(StackCatalog.Postgres, Tell, cancel);
        await MakeVolumeAsync(cancel);
        return new InstanceSpec
        {
            Id = NotStarted,
            App = App,
            Name = "postgres.1",
            Kind = InstanceKind.Addon,
            Uid = Uid,
            Layers = [stack.Layer],
            Command = ["/bin/sh", "-eu", "-c", PostgresScript.Text],
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
                ["LANG"] = "C.UTF-8",
                ["SUPERUSER"] = Superuser,
                ["CLUSTER"] = cluster.Id.ToString(),
                ["MAY_CREATE"] = cluster.Created ? "0" : "1",
            },
            Limits = new ResourceLimits(512 * MiB, 2000, 512, 1024 * MiB),
            AddonAddress = Address,
            Mounts = [new Mount(MountKind.Volume, Data.Value, "/data", ReadOnly: false)],
        };
    }

    // The reconciler asks at every pass; once a process is enough.
    private async Task MakeVolumeAsync(CancellationToken cancel)
    {
        if (_volumeMade) return;
        await runner.SendAsync(RunnerVerb.CreateVolume, new VolumeRequest(App, Data, Uid, SizeBytes: 0), ContractsJson.Default.VolumeRequest, cancel);
        _volumeMade = true;
    }

    /// <summary>The running server; null while there is none.</summary>
    public async Task<InstanceStatus?> FindAsync(CancellationToken cancel) =>
        (await runner.CallAsync(RunnerVerb.List, ContractsJson.Default.IReadOnlyListInstanceStatus, cancel))
            .FirstOrDefault(instance => instance.App == App && instance.State == InstanceState.Running);

    private ValueTask Tell(string line)
    {
        LogProgress(line);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(LogLevel.Information, "{Line}")]
    private partial void LogProgress(string line);
}
