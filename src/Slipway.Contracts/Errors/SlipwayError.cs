using System.Text.Json.Serialization;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Contracts.Errors;

/// <summary>
/// A failure as a person meets it, the same in the CLI, the API and the dashboard. On the wire it is Heroku's error
/// JSON (<c>id</c>, <c>message</c>, <c>url</c>) with <c>why</c> and <c>next</c> beside it.
/// </summary>
/// <param name="Id">Stable code in snake_case; scripts may match on it.</param>
/// <param name="Message">What happened, one sentence.</param>
public sealed record SlipwayError(string Id, string Message)
{
    /// <summary>Why it happened, where that is known.</summary>
    public string? Why { get; init; }

    /// <summary>What to do next: a command where there is one.</summary>
    public string? Next { get; init; }

    /// <summary>The page that explains it.</summary>
    public string? Url { get; init; }

    /// <summary>What a 404 did not find: <c>app</c>, <c>release</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Resource { get; init; }

    /// <summary>The step of a deploy at which it happened: <c>build</c>, <c>release</c>, <c>probe</c>.</summary>
    public string? Step { get; init; }

    /// <summary>Telling lines (of a log, a file) that show it; at most 50.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Evidence { get; init; }

    /// <summary>What it is about, for programs: <c>module</c> → <c>yaml</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Details { get; init; }

    /// <summary>Of a deploy that failed: its cause. It says all of the above better, and is shown in its place.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Diagnosis? Diagnosis { get; init; }
}
