using System.Diagnostics;

namespace Slipway.Contracts.Telemetry;

/// <summary>Slipway's own traces. Where nobody listens, which is the rule, no span is made and nothing allocated.</summary>
public static class Tracing
{
    public static ActivitySource Source { get; } = new("Slipway");

    /// <summary>A part of the trace that is under way here; null where none is: what has no beginning of its own is no trace.</summary>
    public static Activity? Child(string name, ActivityKind kind = ActivityKind.Internal) =>
        Activity.Current is { } current && current.Source == Source ? Source.StartActivity(name, kind) : null;

    /// <param name="code">As errors of Slipway have one.</param>
    public static void Fail(this Activity span, string code, string message)
    {
        span.SetStatus(ActivityStatusCode.Error, message);
        span.SetTag("error.type", code);
    }
}
