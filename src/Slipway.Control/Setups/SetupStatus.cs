namespace Slipway.Control.Setups;

/// <summary>How the making of an app stands; the words are Heroku's.</summary>
internal static class SetupStatus
{
    public const string Pending = "pending";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
}
