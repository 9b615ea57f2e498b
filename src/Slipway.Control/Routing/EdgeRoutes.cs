using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Routing;

/// <summary>
/// What the edge serves, as far as it is certain. Only this class publishes, so what it published is what is served until
/// a call fails: from then on nothing is known until the edge has been asked. Used by one pass at a time.
/// </summary>
internal sealed partial class EdgeRoutes(EdgeClient edge, IDbContextFactory<SlipwayStore> stores, SecretBox secrets, TimeProvider time, ILogger<EdgeRoutes> log)
{
    private const string CounterKey = "routing-revision";

    /// <summary>The edge is asked anew this often, in case it came back with something else.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(4);

    private RoutingRevision? _served;
    private long _readAt;
    private long? _last;
    private bool _away;

    /// <returns>Null while the edge does not answer.</returns>
    public async Task<RoutingRevision?> ReadAsync(CancellationToken cancel)
    {
        if (_served is null || time.GetElapsedTime(_readAt) > Trust) await TryAsync(async () => _served = await edge.ReadAsync(cancel));
        return _served;
    }

    /// <returns>What is served now; null when that is not certain.</returns>
    public async Task<RoutingRevision?> PublishAsync(RoutingRevision revision, CancellationToken cancel)
    {
        // The number is spent before it is used: after a crash in between, the next one is higher still.
        await SpendAsync(revision.Number, cancel);
        await TryAsync(async () =>
        {
            await SendCertificatesAsync(revision, cancel);
            _served = await edge.PublishAsync(revision, cancel);
        });
        if (_served is not null) LogPublished(revision.Number, revision.Routes.Count);
        return _served;
    }

    /// <summary>Null when the edge does not answer.</summary>
    public async Task<IReadOnlyDictionary<InstanceId, int>?> LoadsAsync(CancellationToken cancel)
    {
        IReadOnlyDictionary<InstanceId, int>? loads = null;
        await TryAsync(async () => loads = await edge.LoadsAsync(cancel));
        return loads;
    }

    /// <summary>Highest number ever spent.</summary>
    public async ValueTask<long> LastRevisionAsync(CancellationToken cancel)
    {
        if (_last is { } known) return known;
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Settings.AsNoTracking().SingleOrDefaultAsync(setting => setting.Key == CounterKey, cancel);
        return (_last = row is null ? 0 : long.Parse(row.Value, CultureInfo.InvariantCulture)).Value;
    }

    /// <summary>What the edge does not have yet. It forgets those that no revision names.</summary>
    private async Task SendCertificatesAsync(RoutingRevision revision, CancellationToken cancel)
    {
        if (revision.Certificates.Count == 0) return;
        var missing = revision.Certificates.Select(certificate => certificate.Id).Except(await edge.CertificatesAsync(cancel)).ToList();
        if (missing.Count == 0) return;
        await using var store = await stores.CreateDbContextAsync(cancel);
        foreach (var row in await store.Certificates.AsNoTracking().Where(row => missing.Contains(row.FileId)).ToListAsync(cancel))
            await edge.PutCertificateAsync(new CertificateFile(row.Chain, secrets.Open(row.Key)), cancel);
    }

    private async Task SpendAsync(long number, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Settings.SingleOrDefaultAsync(setting => setting.Key == CounterKey, cancel);
        row ??= store.Settings.Add(new SettingRow { Key = CounterKey, Value = "" }).Entity;
        row.Value = number.ToString(CultureInfo.InvariantCulture);
        await store.SaveChangesAsync(cancel);
        _last = number;
    }

    private async Task TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            _readAt = time.GetTimestamp();
            if (_away) LogBack();
            _away = false;
        }
        catch (HttpRequestException e)
        {
            _served = null;
            if (!_away) LogAway(e.Message);
            _away = true;
        }
        catch
        {
            _served = null; // cancelled half-way: the edge may or may not have applied it
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Published routing revision {Number}: {Routes} routes")]
    private partial void LogPublished(long number, int routes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The edge does not answer; it serves what it has. {Message}")]
    private partial void LogAway(string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "The edge answers again")]
    private partial void LogBack();
}
