using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Pipelines;

/// <summary>Where an app stands in its pipeline; the words are Heroku's.</summary>
internal static class Stage
{
    public const string Review = "review";

    public static IReadOnlyList<string> All { get; } = ["test", Review, "development", "staging", "production"];

    /// <exception cref="SlipwayException">422 <c>invalid_stage</c>.</exception>
    public static string Parse(string? text) => All.FirstOrDefault(stage => stage == text)
        ?? throw new SlipwayException(422, new SlipwayError("invalid_stage", $"{TypedName.Quote(text)} is not a stage of a pipeline.")
        {
            Why = $"The stages are {string.Join(", ", All)}.",
            Next = "slipway pipelines add shop --stage staging",
        });
}

/// <summary>How one target of a promotion stands; the words are Heroku's.</summary>
internal static class PromotionStatus
{
    public const string Pending = "pending";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
}
