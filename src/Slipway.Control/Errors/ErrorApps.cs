using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Errors;

/// <summary>An app as those who take errors know it.</summary>
internal sealed record ErrorApp(long Id, string Handle, string Key, DateTimeOffset CreatedAt);

/// <summary>Which apps there are, remembered for a moment: during a storm of errors nobody asks the store for each.</summary>
internal sealed class ErrorApps(IDbContextFactory<SlipwayStore> stores, ErrorKeys keys, TimeProvider time)
{
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(5);

    /// <summary>An unknown app may be new; but who sends to one that is not does not get the store asked each time.</summary>
    private static readonly TimeSpan TrustInAbsence = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1);
    private Dictionary<long, ErrorApp> _all = [];
    private DateTimeOffset _readAt;

    /// <summary>The app that a DSN's project and key are of; null for any other.</summary>
    public async ValueTask<ErrorApp?> FindAsync(string project, string key, CancellationToken cancel)
    {
        if (!long.TryParse(project, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return null;
        var app = (await ReadAsync(Trust, cancel)).GetValueOrDefault(id) ?? (await ReadAsync(TrustInAbsence, cancel)).GetValueOrDefault(id);
        return app is not null && ErrorKeys.Same(key, app.Key) ? app : null;
    }

    public async ValueTask<IReadOnlyCollection<ErrorApp>> AllAsync(CancellationToken cancel) => (await ReadAsync(Trust, cancel)).Values;

    private async ValueTask<Dictionary<long, ErrorApp>> ReadAsync(TimeSpan trust, CancellationToken cancel)
    {
        if (time.GetUtcNow() - _readAt < trust) return _all;
        await _reading.WaitAsync(cancel);
        try
        {
            if (time.GetUtcNow() - _readAt < trust) return _all;
            await using var store = await stores.CreateDbContextAsync(cancel);
            var rows = await store.Apps.Where(row => row.DestroyedAt == null).Select(row => new { row.Id, row.Uuid, row.Handle, row.CreatedAt }).ToListAsync(cancel);
            (_all, _readAt) = (rows.ToDictionary(row => row.Id, row => new ErrorApp(row.Id, row.Handle, keys.KeyOf(row.Uuid), row.CreatedAt)), time.GetUtcNow());
            return _all;
        }
        finally
        {
            _reading.Release();
        }
    }
}
