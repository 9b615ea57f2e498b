using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Control.Errors;

/// <summary>Keeps an occurrence from being larger than is kept of one: what is least telling goes first.</summary>
internal static class Slimming
{
    /// <summary>Of its JSON, in bytes.</summary>
    public const int MaxBytes = 64 << 10;

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    private static readonly Func<ErrorOccurrence, ErrorOccurrence>[] Steps =
    [
        one => one with { Exceptions = Frames(one, frame => frame.InApp ? frame : frame with { Variables = None }) },
        one => one with { Extra = None, Breadcrumbs = [.. one.Breadcrumbs.TakeLast(10)] },
        one => one with { Exceptions = Frames(one, frame => frame with { Variables = None }) },
        one => one with { Exceptions = Frames(one, frame => frame.InApp ? frame : frame with { Before = [], After = [] }) },
        one => one with { Exceptions = [.. one.Exceptions.TakeLast(2)], Breadcrumbs = [], Tags = None, User = None, Request = one.Request is { } request ? request with { Headers = None, Body = null } : null },
        one => one with { Exceptions = [.. one.Exceptions.TakeLast(1).Select(last => last with { Frames = [.. last.Frames.TakeLast(10).Select(frame => frame with { Before = [], After = [] })] })] },
    ];

    public static ErrorOccurrence Fit(ErrorOccurrence occurrence)
    {
        foreach (var step in Steps)
        {
            if (Write(occurrence).Length <= MaxBytes) break;
            occurrence = step(occurrence);
        }

        return occurrence;
    }

    public static byte[] Write(ErrorOccurrence occurrence) => JsonSerializer.SerializeToUtf8Bytes(occurrence, ContractsJson.Default.ErrorOccurrence);

    private static IReadOnlyList<ErrorException> Frames(ErrorOccurrence occurrence, Func<ErrorFrame, ErrorFrame> change) =>
        [.. occurrence.Exceptions.Select(one => one with { Frames = [.. one.Frames.Select(change)] })];
}
