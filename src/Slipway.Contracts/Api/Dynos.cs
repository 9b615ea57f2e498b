namespace Slipway.Contracts.Api;

/// <param name="Url"><c>https://…</c>, <c>syslog+tls://HOST:PORT</c>, <c>syslog://HOST:PORT</c>.</param>
/// <param name="Token">By which the receiver tells apps apart.</param>
public sealed record LogDrain(Guid Id, string Url, string Token, Reference? Addon, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record CreateLogDrainRequest(string? Url);
