using System.Text.Json.Serialization;

namespace Slipway.Control.Instances;

/// <summary>What a new web instance must answer before it gets requests.</summary>
/// <param name="Path">Path and query of the URL.</param>
/// <param name="TimeoutSeconds">Time for the first good answer after the start; null for <see cref="Probe.BootTimeout"/>.</param>
/// <param name="Chosen">The path is the user's: then it must be there.</param>
internal sealed record HealthCheck(string Path, int? TimeoutSeconds, bool Chosen)
{
    /// <summary>An app may have nothing at / but a redirect to a login, or nothing at all.</summary>
    public static HealthCheck Default { get; } = new("/", null, false);

    /// <summary>The app is served over HTTPS alone, and is asked as a client over it asks. Not of the image: the app's owner changes it at any time.</summary>
    [JsonIgnore]
    public bool Https { get; init; }

    /// <summary>The config var DEBUG asks for errors that everybody sees. Not of the image either.</summary>
    [JsonIgnore]
    public bool MayShowErrors { get; init; }

    public bool IsGood(int status) => status < (Chosen ? 400 : 500);
}
