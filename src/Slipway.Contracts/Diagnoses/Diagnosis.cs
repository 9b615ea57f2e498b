using System.Text.Json.Serialization;

namespace Slipway.Contracts.Diagnoses;

/// <summary>When in the life of an app it failed.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Stage>))]
public enum Stage
{
    /// <summary>The files alone say that it cannot work.</summary>
    Preflight,

    /// <summary>While its packages were installed or its image was made.</summary>
    Build,

    /// <summary>The command that prepares a release: migrations.</summary>
    Release,

    /// <summary>A process ended, or never listened.</summary>
    Boot,

    /// <summary>It listened, and did not answer well.</summary>
    Probe,

    /// <summary>It serves, and fails at that.</summary>
    Run,
}

[JsonConverter(typeof(SnakeCaseEnumConverter<Confidence>))]
public enum Confidence
{
    /// <summary>No rule knows it; the evidence is in the order in which it is worth reading.</summary>
    Unsure,

    /// <summary>The facts fit, and something else might fit them too.</summary>
    Likely,

    /// <summary>The facts allow nothing else.</summary>
    Certain,
}

/// <summary>
/// A failure by its cause: what happened, why, what shows it and what mends it. The same one is shown by a failed push, the
/// command line, the API and the dashboard.
/// </summary>
/// <param name="Code">Stable name in snake_case; a heading of docs/diagnosis.md.</param>
/// <param name="Title">The cause in a few words.</param>
public sealed record Diagnosis(string Code, string Title)
{
    public Stage Stage { get; init; }

    public Confidence Confidence { get; init; }

    /// <summary>What was seen to fail, one sentence.</summary>
    public string Happened { get; init; } = "";

    /// <summary>Why it failed.</summary>
    public string Cause { get; init; } = "";

    /// <summary>The most telling first.</summary>
    public IReadOnlyList<Evidence> Evidence { get; set; } = [];

    /// <summary>What mends it, in words.</summary>
    public string Fix { get; init; } = "";

    /// <summary>The same as something that <c>slipway fix</c> can do; null where a person has to decide.</summary>
    public FixAction? Action { get; init; }

    /// <summary>The page that says more.</summary>
    public string? Page { get; init; }

    /// <summary>What else was found wrong and follows from this cause; it is likely gone with it.</summary>
    public IReadOnlyList<string> Follows { get; set; } = [];
}

/// <summary>A diagnosis as it is kept: of a deploy that failed, or of an app as it runs.</summary>
/// <param name="Deploy">Null for one of the app as it runs.</param>
/// <param name="Release">Version of the release that it is about; null when there was none yet.</param>
public sealed record StoredDiagnosis(Guid Id, DateTimeOffset At, Guid? Deploy, int? Release, Diagnosis Diagnosis);

/// <summary>What came of looking at an app now.</summary>
/// <param name="Found">Null when nothing is known to be wrong.</param>
/// <param name="Looked">What was looked at, for people: <c>web.1: memory, sockets, 120 lines of its log</c>.</param>
public sealed record Examination(StoredDiagnosis? Found, IReadOnlyList<string> Looked);
