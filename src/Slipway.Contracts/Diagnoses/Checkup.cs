namespace Slipway.Contracts.Diagnoses;

/// <summary>The server as <c>slipway doctor</c> found it, at <c>GET /slipway/server/checkup</c>.</summary>
public sealed record Checkup(DateTimeOffset At, IReadOnlyList<CheckupPart> Parts);

/// <param name="Name"><c>disk</c></param>
/// <param name="Looked">What was seen, for people: <c>34 GiB of 100 GiB are free</c>.</param>
/// <param name="Found">What is wrong; empty when nothing is.</param>
public sealed record CheckupPart(string Name, string Looked, IReadOnlyList<Diagnosis> Found);
