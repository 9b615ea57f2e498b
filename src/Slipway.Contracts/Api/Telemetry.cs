namespace Slipway.Contracts.Api;

/// <summary>Where Slipway's own traces go: at <c>GET /slipway/server/telemetry</c>.</summary>
/// <param name="Endpoint">Base address of an OTLP receiver over HTTP; null when there is none.</param>
/// <param name="Headers">Names of the headers that are sent along; their values are not shown.</param>
/// <param name="Origin"><c>setting</c>, <c>environment</c> (of slipwayd: OTEL_EXPORTER_OTLP_ENDPOINT), or <c>none</c>.</param>
/// <param name="LastSentAt">When the receiver last took something, since slipwayd started.</param>
/// <param name="LastError">Why it last did not, when that is the later of the two.</param>
public sealed record Telemetry(Uri? Endpoint, IReadOnlyList<string> Headers, string Origin, DateTimeOffset? LastSentAt, string? LastError);

/// <summary>Body of <c>PUT /slipway/server/telemetry</c>.</summary>
public sealed record SetTelemetryRequest(string? Endpoint, IReadOnlyDictionary<string, string>? Headers);
