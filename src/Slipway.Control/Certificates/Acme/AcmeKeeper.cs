using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Apps;
using Slipway.Control.Events;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Certificates.Acme;

/// <summary>
/// Gets and renews certificates for the domains of apps that want that: one domain, one certificate, so that one whose DNS
/// is wrong keeps no other from having its own.
/// </summary>
internal sealed partial class AcmeKeeper(
    ServerConfig server, IDbContextFactory<SlipwayStore> stores, SecretBox secrets, Reconciler reconciler, EventLog events, TimeProvider time, ILogger<AcmeKeeper> log) : BackgroundService
{
    public const string DirectorySetting = "acme-directory";
    public const string DefaultDirectory = "https://acme-v02.api.letsencrypt.org/directory";
    private const string KeySetting = "acme-account-key";

    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(30);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30), DefaultRequestHeaders = { { "User-Agent", "slipway" } } };

    public void Wake()
    {
        _wake.Writer.TryWrite(true);
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (server.HttpsPort == 0) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var domain in await DueAsync(stoppingToken)) await TryAsync(domain, stoppingToken);
                await WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(e);
                await Task.Delay(Tick, time, stoppingToken);
            }
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        using var tick = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        tick.CancelAfter(Tick);
        try
        {
            await _wake.Reader.ReadAsync(tick.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return; // the tick
        }
    }

    /// <summary>Ids of the domains that need a certificate now. After failures they are tried again after an hour, then twice as long, up to a day.</summary>
    private async Task<IReadOnlyList<long>> DueAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var store = await stores.CreateDbContextAsync(cancel);
        var domains = await store.Domains.AsNoTracking().Where(row => row.CertificateId == null && !row.Hostname.StartsWith("*") && store.Apps.Any(app => app.Id == row.AppId && app.Acm && app.DestroyedAt == null))
            .OrderBy(row => row.Id).ToListAsync(cancel);
        var soon = now + CertificatePlan.RenewBefore;
        var good = (await store.Certificates.AsNoTracking().Where(row => row.Kind == CertificateKind.Acme && row.ExpiresAt > soon).Select(row => new { row.AppId, row.Names }).ToListAsync(cancel))
            .SelectMany(row => CertificateRows.NamesOf(row.Names).Select(name => (row.AppId, name))).ToHashSet();
        return [.. domains.Where(row => !good.Contains((row.AppId, row.Hostname)) && (row.AcmNextAt is null || row.AcmNextAt <= now)).Select(row => row.Id)];
    }

    private async Task TryAsync(long id, CancellationToken cancel)
    {
        try
        {
            await GetAsync(id, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            var why = e is SlipwayException { Error: var error } ? error.Why ?? error.Message : e.Message;
            await ChangeAsync(id, row =>
            {
                row.AcmFailures++;
                row.AcmNextAt = time.GetUtcNow() + TimeSpan.FromHours(Math.Min(24, Math.Pow(2, row.AcmFailures - 1)));
                (row.AcmStatus, row.AcmReason, row.AcmToken, row.AcmAnswer) = (row.AcmFailures < 3 ? "failing" : "failed", why, null, null);
            }, cancel);
            LogRefused(id, why);
        }
    }

    private async Task GetAsync(long id, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var domain = await store.Domains.AsNoTracking().SingleAsync(row => row.Id == id, cancel);
        using var key = await KeyAsync(store, cancel);
        var directory = await store.Settings.Where(row => row.Key == DirectorySetting).Select(row => row.Value).FirstOrDefaultAsync(cancel) ?? DefaultDirectory;
        var acme = new AcmeClient(_http, new Uri(directory), key);
        var (chain, pem) = await AcmeOrder.RunAsync(acme, domain.Hostname, (token, answer) => PublishAsync(id, token, answer, cancel), time, cancel);
        // Its root is not in the chain, and a test authority's is in no store: what ACME gave is taken as it is.
        var leaf = CertificateText.Leaf(chain);
        var text = new CertificateText(chain, pem, CertificateText.NamesOf(leaf), leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
        var app = await store.Apps.SingleAsync(row => row.Id == domain.AppId, cancel);
        var old = (await store.Certificates.Where(row => row.AppId == app.Id && row.Kind == CertificateKind.Acme).ToListAsync(cancel)).FirstOrDefault(row => CertificateRows.NamesOf(row.Names).Contains(domain.Hostname));
        if (old is null) store.Certificates.Add(CertificateRows.New(CertificateKind.Acme, app.Id, AppNames.Generate().Value, text, secrets, time.GetUtcNow()));
        else old.Set(text, secrets, time.GetUtcNow());
        events.Add(store, "slipway", "certificate.issue", EventTarget.Of(app), after: $"{domain.Hostname} until {text.Until:yyyy-MM-dd}");
        var row = await store.Domains.SingleAsync(one => one.Id == id, cancel);
        (row.AcmStatus, row.AcmReason, row.AcmToken, row.AcmAnswer, row.AcmFailures, row.AcmNextAt) = ("cert issued", null, null, null, 0, null);
        await store.SaveChangesAsync(cancel);
        reconciler.Wake();
    }

    /// <summary>Returns when the edge answers for the token.</summary>
    private async Task PublishAsync(long id, string token, string answer, CancellationToken cancel)
    {
        await ChangeAsync(id, row => (row.AcmStatus, row.AcmToken, row.AcmAnswer) = ("pending", token, answer), cancel);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(PublishLimit);
        await reconciler.UntilAsync(pass => pass.Actual.Served?.Challenges.ContainsKey(token) is true, limit.Token);
    }

    private async Task ChangeAsync(long id, Action<DomainRow> change, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        if (await store.Domains.FirstOrDefaultAsync(row => row.Id == id, cancel) is not { } row) return;
        change(row);
        await store.SaveChangesAsync(cancel);
        reconciler.Wake();
    }

    /// <summary>The account's key, made with the first certificate.</summary>
    private async Task<ECDsa> KeyAsync(SlipwayStore store, CancellationToken cancel)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (await store.Settings.FirstOrDefaultAsync(row => row.Key == KeySetting, cancel) is { } known)
        {
            key.ImportFromPem(secrets.Open(known.Value));
            return key;
        }

        store.Settings.Add(new SettingRow { Key = KeySetting, Value = secrets.Seal(key.ExportPkcs8PrivateKeyPem()) });
        await store.SaveChangesAsync(cancel);
        return key;
    }

    [LoggerMessage(LogLevel.Warning, "No certificate for domain {Id}: {Why}")]
    private partial void LogRefused(long id, string why);

    [LoggerMessage(LogLevel.Error, "Automatic certificates could not be looked after")]
    private partial void LogFailed(Exception e);
}
