using System.Text.Json.Serialization;
using Slipway.Contracts.Names;

namespace Slipway.Control.Sources;

/// <summary>A stored tree of files, named by its content and never changed.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Bytes">Sum of file sizes.</param>
/// <param name="Notes">What was left out on the way in and why, for the deploy's log.</param>
internal sealed record SourceTree(Digest Digest, string Path, int Files, long Bytes, IReadOnlyList<string> Notes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SourceTree))]
internal sealed partial class SourceJson : JsonSerializerContext;
