namespace Slipway.Control.Addons;

/// <summary>How an add-on's data are taken out, and how the same database is had without Slipway.</summary>
/// <param name="Dump">Writes all that is in it to its standard output; null where the server's own files are copied, or nothing is kept.</param>
/// <param name="Extension">Of the dump's file.</param>
/// <param name="Image">A container image that is a server of this kind, of the same version.</param>
/// <param name="Environment">What that image makes its one database of.</param>
/// <param name="Command">What the container runs; empty for the image's own.</param>
/// <param name="DataFolder">Where the container keeps its data.</param>
/// <param name="Load">Run in the container with the dump on its standard input; empty where <paramref name="DataFolder"/> is filled instead.</param>
/// <param name="Package">Debian's, of the server.</param>
/// <param name="CreateSql">Makes it in a server of one's own; null for servers without databases.</param>
/// <param name="DebianSteps">Command lines for people, with <c>{create}</c> and <c>{dump}</c> for the files.</param>
internal sealed record AddonElsewhere(
    ClientProgram? Dump, string Extension, string Image, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Command,
    string DataFolder, IReadOnlyList<string> Load, string Package, string? CreateSql, IReadOnlyList<string> DebianSteps)
{
    /// <summary>What it holds is on disk, and so can be taken along.</summary>
    public bool KeepsData { get; init; } = true;
}
