using System.Text.Json.Serialization;

namespace Slipway.Contracts.Api;

[JsonConverter(typeof(SnakeCaseEnumConverter<ChangeKind>))]
public enum ChangeKind { Added, Changed, Removed }

/// <param name="Name">A config var, or a process type.</param>
public sealed record NamedChange(string Name, ChangeKind Kind);

/// <summary>In what a release differs from the one before it.</summary>
/// <param name="Before">Null for the first.</param>
/// <param name="ConfigVars">By name; values are nobody's business here.</param>
/// <param name="Diff">Of the source, as <c>git diff</c> shows it; empty where the same source was deployed, or one of the two is not kept any more.</param>
/// <param name="IsWhole">False where the diff was too long and ends early.</param>
public sealed record ReleaseChanges(int Version, int? Before, IReadOnlyList<NamedChange> ConfigVars, IReadOnlyList<NamedChange> ProcessTypes, bool IsSourceKept, IReadOnlyList<string> Diff, bool IsWhole);
