namespace Slipway.Contracts.Api;

/// <summary>One value that holds for an app, at <c>GET /slipway/apps/{app}/explanation</c>.</summary>
/// <param name="Key">As in slipway.toml: <c>processes.web.command</c>.</param>
/// <param name="Value">For people; null where there is none.</param>
/// <param name="Origin">Where it is from: <c>slipway.toml:3</c>, <c>Procfile:1</c>, <c>config var PROJECT_PATH</c>, <c>found in mysite/wsgi.py</c>, <c>slipway scale</c>, <c>default</c>.</param>
public sealed record ExplainedValue(string Key, string? Value, string Origin);

/// <summary>One thing that Slipway did for an app, at <c>GET /slipway/apps/{app}/explanation/{part}</c>.</summary>
/// <param name="Why">What it is for, and what it follows from.</param>
/// <param name="Lines">Commands, files and values as they are; secrets masked.</param>
public sealed record ExplainedSection(string Title, string Why, IReadOnlyList<string> Lines);

/// <summary>What of an app can be explained.</summary>
public static class ExplainedParts
{
    public static IReadOnlyList<string> All { get; } = ["deploy", "route", "env", "instance", "build", "settings"];
}
