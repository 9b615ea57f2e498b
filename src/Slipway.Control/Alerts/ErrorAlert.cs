using System.Globalization;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Store;

namespace Slipway.Control.Alerts;

/// <summary>An error of an app as an alert tells it: where it was, in which request, and what called what.</summary>
internal static class ErrorAlert
{
    private const int Frames = 8;

    /// <param name="last">Its last occurrence, without what must stay secret.</param>
    public static Diagnosis Of(ErrorRow row, ErrorOccurrence last, string app)
    {
        var exception = last.Exceptions.Count > 0 ? last.Exceptions[^1] : null;
        var own = exception?.Frames.LastOrDefault(frame => frame.InApp);
        return new Diagnosis(row.RegressedAt is null ? "new_error" : "error_regressed", row.RegressedAt is null ? row.Title : $"seen again after it was resolved: {row.Title}")
        {
            Stage = Stage.Run,
            Confidence = Confidence.Certain,
            Happened = string.Create(CultureInfo.InvariantCulture, $"#{row.Number}, in {row.LastRelease}{(last.Request is { } request ? $", at {request.Method} {request.Url}" : "")}{(last.Instance is { } instance ? $", in {instance}" : "")}"),
            Cause = row.Culprit,
            Evidence =
            [
                .. exception is { Frames.Count: > 0 } ? (Evidence[])[new Evidence(EvidenceKind.Log, "the last calls",
                    [.. exception.Frames.TakeLast(Frames).Select(frame => $"{(frame == own ? '>' : ' ')} {frame.File}:{frame.Line} {frame.Function}")])] : [],
            ],
            Fix = $"slipway errors show {row.Number} --app {app}; when it is mended: slipway errors resolve {row.Number} --app {app}",
            Page = "docs/errors.md",
        };
    }
}
