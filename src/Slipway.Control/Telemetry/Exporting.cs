using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Server;
using Slipway.Control.Store;
using Views = Slipway.Contracts.Api;

namespace Slipway.Control.Telemetry;

/// <summary>Sends traces where the setting says, from slipwayd's start on and whenever it changes; else where slipwayd's environment says, in OpenTelemetry's own variables.</summary>
internal sealed class Exporting(TelemetrySetting setting, IDbContextFactory<SlipwayStore> stores, ServerConfig server, TimeProvider time) : IHostedService
{
    private readonly Lock _gate = new();
    private IDisposable? _export;
    private Delivery _delivery = new(time);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        Apply(await setting.ReadAsync(store, cancellationToken));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Stop, CancellationToken.None);

    /// <summary>From now on to this target; null: to none but the environment's.</summary>
    public void Apply(TelemetryTarget? target)
    {
        lock (_gate)
        {
            var before = _export;
            _delivery = new Delivery(time);
            _export = target is not null || EnvironmentEndpoint is not null ? OtlpExport.Start(target, server.Name, _delivery) : null;
            // It may have a last word for a receiver that does not answer.
            if (before is not null) _ = Task.Run(before.Dispose);
        }
    }

    public Views.Telemetry View(TelemetryTarget? target)
    {
        lock (_gate)
        {
            var (endpoint, origin) = target is not null ? (target.Endpoint, "setting") : EnvironmentEndpoint is { } found ? (found, "environment") : (null, "none");
            return new Views.Telemetry(endpoint, [.. (target?.Headers.Keys ?? []).Order(StringComparer.Ordinal)], origin, _delivery.LastSentAt, _delivery.LastError);
        }
    }

    private static Uri? EnvironmentEndpoint =>
        Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED") != "true"
        && (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")) is { Length: > 0 } text
        && Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null;

    private void Stop()
    {
        lock (_gate)
        {
            _export?.Dispose();
            _export = null;
        }
    }
}
