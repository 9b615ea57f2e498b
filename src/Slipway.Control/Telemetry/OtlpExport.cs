using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Slipway.Contracts.Telemetry;
using Slipway.Control.Api;

namespace Slipway.Control.Telemetry;

/// <summary>
/// OpenTelemetry's own exporter. The one class that names it: as long as it is not called, none of its assemblies is loaded. Spans wait
/// in a bounded queue and are sent from a thread beside; a receiver that is away costs their loss and nothing else.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private const int LastWordMilliseconds = 2000;

    private readonly TracerProvider _provider;

    private OtlpExport(TracerProvider provider) => _provider = provider;

    /// <param name="target">Null: as the standard's environment variables say.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IDisposable Start(TelemetryTarget? target, string server, Delivery delivery) => new OtlpExport(Sdk.CreateTracerProviderBuilder()
        .AddSource(Tracing.Source.Name)
        .SetSampler(new AlwaysOnSampler())
        .ConfigureResource(resource => resource.Clear().AddTelemetrySdk().AddService("slipwayd", serviceVersion: ServerApi.Version, autoGenerateServiceInstanceId: false, serviceInstanceId: $"{server}@{Environment.MachineName}"))
        .AddOtlpExporter(options =>
        {
            options.HttpClientFactory = () => delivery.NewClient(target);
            if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") is null || target is not null) options.Protocol = OtlpExportProtocol.HttpProtobuf;
            if (target is not null) options.Endpoint = target.Traces;
        })
        .Build());

    public void Dispose()
    {
        _provider.Shutdown(LastWordMilliseconds);
        _provider.Dispose();
    }
}
