namespace Slipway.Contracts.Api;

/// <summary>
/// All that an app is, as files that run it without Slipway; <c>POST /slipway/apps/{app}/ejection</c>. Small files come in it,
/// large ones are read from their addresses. It holds every secret of the app.
/// </summary>
/// <param name="Release">Number of the release that serves.</param>
public sealed record Ejection(string App, int Release, IReadOnlyList<EjectedFile> Files, IReadOnlyList<EjectedPart> Parts);

/// <param name="Path">Relative: names of letters, digits and <c>._@-</c>, with slashes between.</param>
/// <param name="Secret">Only its owner may read it.</param>
public sealed record EjectedFile(string Path, string Text, bool Secret);

/// <summary>A file that is read from the server as it is made: a layer, what is in a volume, a dump of a database.</summary>
/// <param name="Path">As of a file.</param>
/// <param name="Url">Below the server.</param>
/// <param name="Words">What it is, for people.</param>
/// <param name="Bytes">Its length; null where only reading it tells.</param>
/// <param name="Sha256">Of its content, hexadecimal; null where only reading it tells.</param>
public sealed record EjectedPart(string Path, string Url, string Words, long? Bytes, string? Sha256);
