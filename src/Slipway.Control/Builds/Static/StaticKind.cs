using Slipway.Contracts.Names;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Static;

/// <summary>A site of files alone: any folder with an index.html. The edge serves it; no instance runs.</summary>
internal sealed class StaticKind : AppKind
{
    private const string Index = "index.html";

    /// <summary>Where tools that make sites leave them, for sources without an index.html of their own.</summary>
    private static readonly string[] Outputs = ["public", "dist", "build", "_site", "site", "out", "htdocs"];

    public override string Name => "static";

    public override StackName? RunStack => StackCatalog.Python;

    public override StackName BuildStack => StackCatalog.Python;

    public override Sign? Recognize(Survey survey) =>
        Folders(survey) is [var folder, ..] ? new Sign(Weight.Faint, survey.At(SourceFiles.Join(folder, Index))) : null;

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        var folders = Folders(survey);
        if (folders.Count > 1)
            survey.Report(new Finding("several_sites", $"There are {folders.Count} sites: {string.Join(", ", folders.Select(folder => survey.At(folder) + "/"))}.")
            {
                Next = $"Say which one it is: slipway config set {Preflight.FolderVariable}={survey.At(folders[0])}",
            });
        if (folders.Count == 0)
            survey.Report(new Finding("index_missing", $"There is no {Index}, which is what a site begins with.") { Next = $"Add {survey.At(Index)}." });
        if (survey.Findings.Count == 0)
            survey.Decide(folders[0].Length == 0 ? "Everything but dot files and backups is public" : $"Only {survey.At(folders[0])}/ is public: it has the {Index}");

        return new BuildPlan
        {
            Summary = "a static site",
            Folder = survey.Top,
            Site = folders.FirstOrDefault(""),
            LeftOut = ["/node_modules"],
        };
    }

    /// <summary>Below <see cref="Survey.Top"/>: that itself, else what a tool has left.</summary>
    private static IReadOnlyList<string> Folders(Survey survey) =>
        survey.Has(Index) ? [""] : [.. Outputs.Where(folder => survey.Has(SourceFiles.Join(folder, Index)))];
}
