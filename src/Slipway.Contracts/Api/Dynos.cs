namespace Slipway.Contracts.Api;

/// <param name="Url"><c>https://…</c>, <c>syslog+tls://HOST:PORT</c>, <c>syslog://HOST:PORT</c>.</param>
/// <param name="Token">By which the receiver tells apps apart.</param>
public sealed record LogDrain(Guid Id, string Url, string Token, Reference? Addon, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record CreateLogDrainRequest(string? Url);

/// <summary>How big an instance may be, as Heroku lists its sizes.</summary>
/// <param name="Memory">GB.</param>
/// <param name="PreciseMemory">The same with a decimal.</param>
/// <param name="Compute">Share of processors, as Heroku counts: 1 for each.</param>
/// <param name="Cost">Nobody is charged here.</param>
public sealed record DynoSize(
    Guid Id, string Name, int Memory, double PreciseMemory, int Compute, double PreciseDynoUnits, int DynoUnits, bool Dedicated, bool PrivateSpaceOnly, object? Cost)
{
    public string Architecture => "amd64";
}
