using Slipway.Contracts.Names;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Plain;

/// <summary>Anything else: files, and a Procfile that says what to run of them. Nothing is installed or compiled.</summary>
internal sealed class PlainKind : AppKind
{
    public override string Name => "plain";

    public override StackName? RunStack => StackCatalog.Python;

    public override StackName BuildStack => StackCatalog.Python;

    public override Sign? Recognize(Survey survey) =>
        survey.Procfile is { Types.Count: > 0 } procfile ? new Sign(Weight.Slight, procfile.File)
        : survey.Manifest.Commands().Any() ? new Sign(Weight.Slight, $"a process in {survey.Manifest.File}")
        : null;

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        if (survey.Procfile is null && !survey.Manifest.Commands().Any() && survey.Findings.Count == 0)
            survey.Report(new Finding("procfile_missing", "There is no Procfile, and nothing else says what to run.")
            {
                Next = "Add a Procfile with a line 'web: COMMAND' whose command serves HTTP on $PORT.",
            });
        return new BuildPlan
        {
            Summary = "an app with a Procfile",
            Folder = survey.Top,
            ProcessTypes = survey.Procfile?.Types ?? new Dictionary<ProcessType, string>(),
        };
    }
}
