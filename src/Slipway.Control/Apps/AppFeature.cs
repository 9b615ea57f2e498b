namespace Slipway.Control.Apps;

/// <summary>What Heroku lets its users turn on for an app, as far as it has a meaning here.</summary>
/// <param name="State">Where Heroku's client shows it: <c>general</c> under <c>features</c>, <c>public</c> under <c>labs</c>.</param>
/// <param name="IsAlwaysOn">It is how Slipway works, and cannot be turned off.</param>
internal sealed record AppFeature(string Name, string DisplayName, string Description, string State, bool IsAlwaysOn)
{
    public static AppFeature Preboot { get; } = new(
        "preboot", "Preboot", "New instances answer before the old ones end. Slipway always does that.", "general", IsAlwaysOn: true);

    public static AppFeature Metadata { get; } = new(
        "runtime-dyno-metadata", "Dyno metadata", "Tells the app HEROKU_APP_ID, HEROKU_APP_NAME, HEROKU_APP_DEFAULT_DOMAIN_NAME and HEROKU_RELEASE_VERSION.", "public", IsAlwaysOn: false);

    public static IReadOnlyList<AppFeature> All { get; } = [Preboot, Metadata];
}
