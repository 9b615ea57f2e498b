using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Certificates;

/// <summary>
/// Sees to it that every host has a certificate that is good for a while, from this server's own authority where there is
/// no other. Looks after each pass of the reconciler, which costs nothing while nothing is missing.
/// </summary>
internal sealed partial class CertificateKeeper(
    ServerConfig server, IDbContextFactory<SlipwayStore> stores, SecretBox secrets, Reconciler reconciler, TimeProvider time, ILogger<CertificateKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (server.HttpsPort == 0) return;
        Pass? seen = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await EnsureServerAsync(stoppingToken);
                seen = await reconciler.NextAsync(seen, stoppingToken);
                foreach (var (app, hosts) in CertificatePlan.Wanting(seen.Desired, time.GetUtcNow())) await IssueAsync(app, hosts, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e);
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    /// <summary>The authority, and the certificate of the server's own hosts.</summary>
    private async Task EnsureServerAsync(CancellationToken cancel)
    {
        var soon = time.GetUtcNow() + CertificatePlan.RenewBefore;
        await using var store = await stores.CreateDbContextAsync(cancel);
        var names = JsonSerializer.Serialize(ServerNames(), ContractsJson.Default.IReadOnlyListString);
        if (await store.Certificates.AnyAsync(row => row.Kind == CertificateKind.Server && row.ExpiresAt > soon && row.Names == names, cancel)) return;
        var authority = await AuthorityAsync(store, cancel);
        await store.Certificates.Where(row => row.Kind == CertificateKind.Server).ExecuteDeleteAsync(cancel);
        store.Certificates.Add(Row(CertificateKind.Server, null, OwnAuthority.Issue(authority, ServerNames(), time.GetUtcNow())));
        await store.SaveChangesAsync(cancel);
        LogIssued("the server");
        reconciler.Wake();
    }

    private async Task IssueAsync(AppName app, IReadOnlyList<DomainName> hosts, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await store.Apps.FirstOrDefaultAsync(row => row.Handle == app.Value && row.DestroyedAt == null, cancel) is not { } owner) return;
        var authority = await AuthorityAsync(store, cancel);
        var issued = Row(CertificateKind.Own, owner.Id, OwnAuthority.Issue(authority, [.. hosts.Select(host => host.Value)], time.GetUtcNow()));
        // One change: the old one goes with the coming of the new.
        store.Certificates.RemoveRange(await store.Certificates.Where(row => row.AppId == owner.Id && row.Kind == CertificateKind.Own).ToListAsync(cancel));
        store.Certificates.Add(issued);
        await store.SaveChangesAsync(cancel);
        LogIssued(app.Value);
        reconciler.Wake();
    }

    private async Task<CertificateFile> AuthorityAsync(SlipwayStore store, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var row = await store.Certificates.FirstOrDefaultAsync(one => one.Kind == CertificateKind.Authority && one.ExpiresAt > now + CertificatePlan.RenewBefore, cancel);
        if (row is null)
        {
            row = Row(CertificateKind.Authority, null, OwnAuthority.Create(server.Domain, now));
            store.Certificates.Add(row);
            await store.SaveChangesAsync(cancel);
        }

        return new CertificateFile(row.Chain, secrets.Open(row.Key));
    }

    /// <summary>A star over a domain of one label (<c>*.localhost</c>) is taken by no client: apps below that get one each.</summary>
    private string[] ServerNames() =>
        server.Domain.Contains('.', StringComparison.Ordinal) ? [server.ControlHost, server.Domain, "*." + server.Domain, "localhost"] : [server.ControlHost, server.Domain];

    private CertificateRow Row(string kind, long? appId, CertificateText text) => CertificateRows.New(kind, appId, kind, text, secrets, time.GetUtcNow());

    [LoggerMessage(LogLevel.Information, "Issued a certificate of this server's own authority for {Whom}")]
    private partial void LogIssued(string whom);

    [LoggerMessage(LogLevel.Error, "Certificates could not be looked after")]
    private partial void LogFailed(Exception e);
}
