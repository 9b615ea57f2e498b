namespace Slipway.Control.Metrics;

/// <summary>Whose numbers they are.</summary>
internal readonly record struct Series(long App, string Type)
{
    public const string Web = "web";

    /// <summary>What one-offs are counted as, all of them.</summary>
    public const string OneOff = "run";
}
