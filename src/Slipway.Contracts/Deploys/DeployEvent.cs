using System.Text.Json.Serialization;
using Slipway.Contracts.Errors;

namespace Slipway.Contracts.Deploys;

[JsonConverter(typeof(SnakeCaseEnumConverter<DeployKind>))]
public enum DeployKind { Source, Config, Rollback, Scale, Addon, Setup, Promotion }

[JsonConverter(typeof(SnakeCaseEnumConverter<DeployStatus>))]
public enum DeployStatus { Pending, Running, Succeeded, Failed }

[JsonConverter(typeof(SnakeCaseEnumConverter<DeployEventKind>))]
public enum DeployEventKind
{
    /// <summary>A step began; <see cref="DeployEvent.Step"/> and its title in <see cref="DeployEvent.Text"/>.</summary>
    StepStarted,

    /// <summary>A line of the running step's log.</summary>
    Log,

    /// <summary>The step ended well; <see cref="DeployEvent.Seconds"/>, and what it found in <see cref="DeployEvent.Text"/>.</summary>
    StepFinished,

    /// <summary>The step was not needed; the reason is in <see cref="DeployEvent.Text"/>.</summary>
    StepSkipped,

    /// <summary>Last event: the release is live at <see cref="DeployEvent.Url"/>.</summary>
    Succeeded,

    /// <summary>Last event: <see cref="DeployEvent.Error"/> says what, why and what to do; the old release serves on.</summary>
    Failed,
}

/// <summary>
/// A deploy is the list of these, appended to its log as it happens (one JSON object a line); the CLI's progress,
/// git's <c>remote:</c> lines, the dashboard and the stored log are all drawn from it.
/// </summary>
/// <param name="Step">Stable name: <c>fetch</c> (a source from an address), <c>receive</c>, <c>preflight</c>, <c>packages</c>, <c>dependencies</c>, <c>build</c>, <c>release</c>, <c>start</c>, <c>probe</c>, <c>route</c>, <c>verify</c>, <c>drain</c>, <c>post-deploy</c>.</param>
public sealed record DeployEvent(DateTimeOffset At, DeployEventKind Kind, string? Step, string? Text)
{
    public double? Seconds { get; init; }
    public int? Release { get; init; }
    public string? Url { get; init; }
    public SlipwayError? Error { get; init; }
}
