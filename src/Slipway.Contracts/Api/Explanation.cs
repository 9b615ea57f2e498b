namespace Slipway.Contracts.Api;

/// <summary>One value that holds for an app, at <c>GET /slipway/apps/{app}/explanation</c>.</summary>
/// <param name="Key">As in slipway.toml: <c>processes.web.command</c>.</param>
/// <param name="Value">For people; null where there is none.</param>
/// <param name="Origin">Where it is from: <c>slipway.toml:3</c>, <c>Procfile:1</c>, <c>config var PROJECT_PATH</c>, <c>found in mysite/wsgi.py</c>, <c>slipway scale</c>, <c>default</c>.</param>
public sealed record ExplainedValue(string Key, string? Value, string Origin);
