using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Addons;
using Slipway.Control.Api;
using Slipway.Control.Certificates;
using Slipway.Control.Images;
using Slipway.Control.Mail;
using Slipway.Control.Reconcile;
using Slipway.Control.Routing;
using Slipway.Control.Store;
using Slipway.Control.Transfers;

namespace Slipway.Control.Doctor;

/// <summary>Gathers the facts of a checkup: from the store, the other daemons, the kernel and the network. What does not answer is a fact too.</summary>
internal sealed class ServerGatherer(
    ServerConfig server, IDbContextFactory<SlipwayStore> stores, RunnerClient runner, EdgeClient edge, Reconciler reconciler, Collector collector, TransferFiles files, MailRelay relay, TimeProvider time)
{
    private const int MaxDomains = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What is younger may be on its way to an owner.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromHours(2);

    public async Task<ServerFacts> GatherAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var daemons = await DaemonsAsync(cancel);
        var (domains, addresses) = await DomainsAsync(store, cancel);
        var disk = new DriveInfo(server.Home);
        var instances = daemons.Runner is null ? [] : await runner.CallAsync(RunnerVerb.List, ContractsJson.Default.IReadOnlyListInstanceStatus, cancel);
        return new ServerFacts
        {
            Now = time.GetUtcNow(),
            Domain = server.Domain,
            Daemons = daemons,
            Disk = (disk.AvailableFreeSpace, disk.TotalSize),
            Memory = MachineFacts.Memory(),
            ClockIsKept = MachineFacts.ClockIsKept(),
            NewestEvent = await store.Events.OrderByDescending(row => row.Id).Select(row => (DateTimeOffset?)row.At).FirstOrDefaultAsync(cancel),
            Kernel = MachineFacts.Kernel(),
            Ports = await PortsAsync(await store.Addons.AnyAsync(row => row.Exposed, cancel), cancel),
            Domains = domains,
            Addresses = addresses,
            Certificates = await CertificatesAsync(store, cancel),
            Backups = await BackupsAsync(store, cancel),
            Mail = await MailAsync(store, instances, cancel),
            Packages = MachineFacts.Packages(NeededPackages()),
            Orphans = daemons.Runner is null ? [] : await OrphansAsync(store, instances, cancel),
        };
    }

    private async Task<DaemonFacts> DaemonsAsync(CancellationToken cancel)
    {
        var facts = new DaemonFacts(ServerApi.Version, null, null, null, null, reconciler.Trouble);
        try
        {
            facts = facts with { Runner = await runner.CallAsync(RunnerVerb.Info, ContractsJson.Default.RunnerInfo, cancel) };
        }
        catch (SlipwayException e)
        {
            facts = facts with { RunnerTrouble = $"{e.Error.Message} {e.Error.Why}" };
        }

        try
        {
            return facts with { EdgeVersion = (await edge.StatusAsync(cancel)).Version };
        }
        catch (HttpRequestException e)
        {
            return facts with { EdgeTrouble = e.Message };
        }
    }

    /// <param name="exposed">Somebody reaches a database from outside: only then does PostgreSQL's door stand open.</param>
    private async Task<IReadOnlyList<PortFacts>> PortsAsync(bool exposed, CancellationToken cancel)
    {
        var ports = new List<PortFacts> { new("HTTP", server.HttpPort, null), new("SSH", server.SshPort, null) };
        if (server.HttpsPort > 0) ports.Add(new PortFacts("HTTPS", server.HttpsPort, null));
        if (server.PostgresPort > 0 && exposed) ports.Add(new PortFacts("PostgreSQL", server.PostgresPort, null));
        return await Task.WhenAll(ports.Select(async port =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(Patience);
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port.Port, limit.Token);
                return port;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancel.IsCancellationRequested)
            {
                return port with { Trouble = e is SocketException ? e.Message : $"No answer within {Patience.TotalSeconds:0} s." };
            }
        }));
    }

    private async Task<(IReadOnlyList<DomainFacts> Domains, IReadOnlyList<IPAddress> Addresses)> DomainsAsync(SlipwayStore store, CancellationToken cancel)
    {
        var rows = await store.Domains.AsNoTracking().Join(store.Apps.Where(app => app.DestroyedAt == null), domain => domain.AppId, app => app.Id, (domain, app) => new { domain.Hostname, app.Name })
            .OrderBy(one => one.Hostname).Take(MaxDomains).ToListAsync(cancel);
        var asked = rows.Select(one => new DomainFacts(one.Hostname, one.Name, null, null)).ToList();
        if (!IsLocal(server.Domain)) asked.Insert(0, new DomainFacts(server.ControlHost, null, null, null));
        var found = await Task.WhenAll(asked.Where(one => !IsLocal(one.Name)).Select(one => ResolveAsync(one, cancel)));
        // Behind an address translation no interface has the address that the world knows: the server's own name tells it.
        return (found, [.. MachineFacts.Addresses().Concat(found.Where(one => one.App is null).SelectMany(one => one.Found ?? [])).Distinct()]);
    }

    /// <summary>Names that are each machine's own by definition (RFC 6761).</summary>
    private static bool IsLocal(string name) => name == "localhost" || name.EndsWith(".localhost", StringComparison.Ordinal);

    private static async Task<DomainFacts> ResolveAsync(DomainFacts domain, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            // Of a wildcard any name will do.
            return domain with { Found = await Dns.GetHostAddressesAsync(domain.Name.Replace("*", "any", StringComparison.Ordinal), limit.Token) };
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return domain with { Trouble = e is SocketException ? e.Message : $"No answer within {Patience.TotalSeconds:0} s." };
        }
    }

    private static async Task<IReadOnlyList<CertificateFacts>> CertificatesAsync(SlipwayStore store, CancellationToken cancel)
    {
        var names = await store.Apps.Where(app => app.DestroyedAt == null).ToDictionaryAsync(app => app.Id, app => app.Name, cancel);
        var certificates = await store.Certificates.AsNoTracking().Where(row => row.Kind != CertificateKind.Authority).ToListAsync(cancel);
        var refused = await store.Domains.AsNoTracking().Where(row => row.AcmReason != null).ToListAsync(cancel);
        return
        [
            .. certificates.Where(row => row.AppId is not { } app || names.ContainsKey(app)).Select(row => new CertificateFacts(
                string.Join(", ", CertificateRows.NamesOf(row.Names)), row.AppId is { } app ? names[app] : null, row.Kind != CertificateKind.Uploaded, row.ExpiresAt,
                refused.FirstOrDefault(domain => domain.AppId == row.AppId && CertificateRows.NamesOf(row.Names).Any(name => name.ToString() == domain.Hostname))?.AcmReason)),
            .. refused.Where(domain => names.ContainsKey(domain.AppId) && !certificates.Any(row => row.Kind == CertificateKind.Acme && row.AppId == domain.AppId && CertificateRows.NamesOf(row.Names).Any(name => name.ToString() == domain.Hostname)))
                .Select(domain => new CertificateFacts(domain.Hostname, names[domain.AppId], true, null, domain.AcmReason)),
        ];
    }

    private async Task<IReadOnlyList<BackupFacts>> BackupsAsync(SlipwayStore store, CancellationToken cancel)
    {
        var addons = await store.Addons.AsNoTracking().Where(row => row.Service == Postgresql.Name && row.State == AddonState.Provisioned)
            .Join(store.Apps.Where(app => app.DestroyedAt == null), addon => addon.AppId, app => app.Id, (addon, app) => new { Addon = addon, App = app.Name }).OrderBy(one => one.Addon.Id).ToListAsync(cancel);
        var done = (await store.Transfers.AsNoTracking().Where(row => row.Kind == TransferKind.Backup && (row.State == TransferState.Succeeded || row.State == TransferState.Failed)).ToListAsync(cancel)).ToLookup(row => row.AddonId);
        return [.. addons.Select(one =>
        {
            var good = done[one.Addon.Id].Where(row => row.State == TransferState.Succeeded).MaxBy(row => row.Id);
            var bad = done[one.Addon.Id].Where(row => row.State == TransferState.Failed).MaxBy(row => row.Id);
            return new BackupFacts(one.Addon.Name, one.App, one.Addon.CreatedAt, good?.FinishedAt, good is not null && File.Exists(files.PathOf(good.Uuid)), bad is not null && bad.Id > (good?.Id ?? 0) ? bad.Log : null);
        })];
    }

    private async Task<MailFacts> MailAsync(SlipwayStore store, IReadOnlyList<InstanceStatus> instances, CancellationToken cancel)
    {
        var queued = store.Mail.AsNoTracking().Where(row => row.State == MailState.Queued);
        var oldest = await queued.OrderBy(row => row.QueuedAt).Select(row => new { row.QueuedAt, row.Answer }).FirstOrDefaultAsync(cancel);
        return new MailFacts(await relay.IsNeededAsync(cancel), instances.Any(one => one.App == MailRelay.Name && one.State == InstanceState.Running), await queued.CountAsync(cancel), oldest?.QueuedAt, oldest?.Answer);
    }

    private async Task<IReadOnlyList<OrphanFacts>> OrphansAsync(SlipwayStore store, IReadOnlyList<InstanceStatus> instances, CancellationToken cancel)
    {
        var known = (await store.Apps.Select(app => app.Handle).ToListAsync(cancel)).Concat(await store.AddonServers.Select(row => row.Name).ToListAsync(cancel)).Append(MailRelay.Name.Value).ToHashSet();
        var ids = instances.Select(instance => instance.Id.Value).ToHashSet();
        var young = time.GetUtcNow() - Young;
        return
        [
            .. instances.Where(instance => !known.Contains(instance.App.Value) && instance.CreatedAt < young).Select(instance => new OrphanFacts("instance", $"{instance.App} {instance.Name} {instance.Id}", 0)),
            .. MachineFacts.Mounts(server.InstancesDirectory).Where(point => !ids.Contains(point[(server.InstancesDirectory.Length + 1)..].Split('/')[0])).Select(point => new OrphanFacts("mount", point, 0)),
            .. (await collector.UnusedAsync(cancel)).Where(layer => layer.CreatedAt < young).Select(layer => new OrphanFacts("layer", layer.Digest.Short, layer.Bytes)),
        ];
    }

    /// <summary>The list that bin/up installs from.</summary>
    private static IEnumerable<string> NeededPackages()
    {
        using var text = new StreamReader(typeof(ServerGatherer).Assembly.GetManifestResourceStream("debian-packages")!);
        return [.. text.ReadToEnd().Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];
    }
}
