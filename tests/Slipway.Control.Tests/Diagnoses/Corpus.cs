using System.Reflection;

namespace Slipway.Control.Tests.Diagnoses;

/// <summary>An app of tests/diagnosis with the facts that its failure on a real server gave.</summary>
/// <param name="Code">The diagnosis that it is to get; its healthy twin is to get none.</param>
public sealed record CorpusCase(string Code, string Variant)
{
    public const string Healthy = "healthy";

    private static readonly string Repository = typeof(CorpusCase).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "Repository").Value!;

    public static string Docs => Path.Combine(Repository, "docs/diagnosis.md");

    public bool IsHealthy => Variant == Healthy;

    public string AppFolder => Path.Combine(Repository, "tests/diagnosis", Code, Variant, "app");

    public string FactsFile => Path.Combine(Repository, "tests/diagnosis", Code, Variant, "facts.json");

    public static IReadOnlyList<CorpusCase> All { get; } =
    [
        .. from code in Directory.EnumerateDirectories(Path.Combine(Repository, "tests/diagnosis"))
           from variant in Directory.EnumerateDirectories(code)
           orderby code, variant
           select new CorpusCase(Path.GetFileName(code), Path.GetFileName(variant)),
    ];

    public override string ToString() => $"{Code}/{Variant}";
}
