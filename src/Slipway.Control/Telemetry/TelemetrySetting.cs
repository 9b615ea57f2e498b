using Microsoft.EntityFrameworkCore;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Telemetry;

/// <summary>The target as the store has it: sealed, for headers are mostly keys.</summary>
internal sealed class TelemetrySetting(SecretBox secrets)
{
    private const string Key = "telemetry";
    private const string EndpointKey = ":endpoint"; // no header has such a name

    public async Task<TelemetryTarget?> ReadAsync(SlipwayStore store, CancellationToken cancel)
    {
        if (await RowAsync(store, cancel) is not { } row) return null;
        var map = secrets.OpenMap(row.Value);
        map.Remove(EndpointKey, out var endpoint);
        return new TelemetryTarget(new Uri(endpoint!), map);
    }

    /// <summary>Saved by the caller.</summary>
    public async Task WriteAsync(SlipwayStore store, TelemetryTarget? target, CancellationToken cancel)
    {
        var row = await RowAsync(store, cancel);
        if (target is null)
        {
            if (row is not null) store.Settings.Remove(row);
            return;
        }

        row ??= store.Settings.Add(new SettingRow { Key = Key, Value = "" }).Entity;
        row.Value = secrets.SealMap(new Dictionary<string, string>(target.Headers) { [EndpointKey] = target.Endpoint.OriginalString });
    }

    private static Task<SettingRow?> RowAsync(SlipwayStore store, CancellationToken cancel) => store.Settings.SingleOrDefaultAsync(row => row.Key == Key, cancel);
}
