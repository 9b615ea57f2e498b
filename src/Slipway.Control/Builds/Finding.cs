using Slipway.Contracts.Errors;

namespace Slipway.Control.Builds;

/// <summary>Something about the files that would make the build or the app fail.</summary>
/// <param name="Id">Stable error id.</param>
internal sealed record Finding(string Id, string Message)
{
    public string? File { get; init; }

    /// <summary>Counted from 1.</summary>
    public int? Line { get; init; }
    public string? Why { get; init; }
    public string? Next { get; init; }

    public string Where => (File, Line) switch
    {
        (null, _) => "",
        (_, null) => File + ": ",
        _ => $"{File}:{Line}: ",
    };

    public override string ToString() => Where + Message;

    /// <summary>One error for all of them, so that nobody mends one file only to be told of the next.</summary>
    public static SlipwayException ToException(IReadOnlyList<Finding> findings) => findings is [var only]
        ? new SlipwayException(422, new SlipwayError(only.Id, only.ToString()) { Why = only.Why, Next = only.Next }, new PreflightException(findings))
        : new SlipwayException(422, new SlipwayError("preflight_failed", $"{findings.Count} things in the source need mending before it can be built.")
        {
            Why = string.Join(" ", findings.Select(f => f.ToString())),
            Next = string.Join(" ", findings.Select(f => f.Next).OfType<string>().Distinct()),
            Evidence = [.. findings.Select(f => f.Why is null ? f.ToString() : $"{f} {f.Why}").Take(50)],
        }, new PreflightException(findings));
}

/// <summary>The source cannot be built as it is: the inner exception of the one that says so, with each reason and its place.</summary>
internal sealed class PreflightException(IReadOnlyList<Finding> findings) : Exception
{
    public IReadOnlyList<Finding> Findings => findings;
}
