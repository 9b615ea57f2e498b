using Slipway.Contracts.Names;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Buildpacks;

/// <summary>Apps that say themselves how they are built: with Heroku-style buildpacks, by git URL or as folders of the source.</summary>
internal sealed class BuildpacksKind : AppKind
{
    public override string Name => "buildpacks";

    public override StackName? RunStack => StackCatalog.Buildpacks;

    public override StackName BuildStack => StackCatalog.Buildpacks;

    public override Sign? Recognize(Survey survey) =>
        BuildpackList.Read(survey with { Findings = [] }) is { Packs.Count: > 0 } list ? new Sign(Weight.Said, list.File) : null;

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        var list = BuildpackList.Read(survey);
        if (list is null && survey.Findings.Count == 0)
            survey.Report(new Finding("buildpacks_missing", "Nothing names a buildpack.") { Next = "Write a file .buildpacks with a git URL a line, or a folder of the source: ./buildpack" });
        if (list is not null) survey.Decide($"Buildpacks from {list.File}: {string.Join(", then ", list.Packs)}");
        return new BuildPlan
        {
            Summary = "an app with buildpacks",
            Folder = survey.Top,
            NeedsCache = true,
            ProcessTypes = survey.Procfile?.Types ?? new Dictionary<ProcessType, string>(),
            Details = new Dictionary<string, string> { ["buildpacks"] = string.Join('\n', list?.Packs ?? []) },
        };
    }
}
