using Slipway.Contracts.Names;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Dotnet;

/// <summary>ASP.NET Core apps, by their project file.</summary>
internal sealed class DotnetKind : AppKind
{
    /// <summary><c>src/Shop/Shop.csproj</c></summary>
    private const int SearchDepth = 2;

    public override string Name => "dotnet";

    public override StackName? RunStack => StackCatalog.Dotnet;

    public override StackName BuildStack => StackCatalog.DotnetBuild;

    public override IReadOnlySet<string> Programs { get; } = new HashSet<string> { "dotnet" };

    public override Sign? Recognize(Survey survey) =>
        Projects(survey with { Findings = [] }).FirstOrDefault(project => project.IsWeb) is { } web ? new Sign(Weight.Strong, web.File) : null;

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        var all = Projects(survey);
        var web = all.Where(project => project.IsWeb).ToList();
        if (web.Count > 1)
            survey.Report(new Finding("several_projects", $"There are {web.Count} ASP.NET Core projects: {string.Join(", ", web.Select(project => project.File))}.")
            {
                Next = $"Say which one is the app: slipway config set {Preflight.FolderVariable}={SourceFiles.FolderOf(web[0].File)}",
            });
        if (web.Count == 0)
            survey.Report(new Finding("project_missing", "There is no ASP.NET Core project.") { Why = $"One begins with <Project Sdk=\"{ProjectFile.WebSdk}\">, and is at most {SearchDepth} folders down." });
        var app = web.FirstOrDefault();
        if (app is not null) CheckVersion(survey, app, DotnetVersions.OfStack(stacks.Build));

        return new BuildPlan
        {
            Summary = "an ASP.NET Core app",
            Folder = survey.Top,
            BeginsWithSource = false,
            // Packages may stand in any project that this one refers to, and in files above them: all count.
            Dependencies = all.Any(project => project.HasPackages) ? Dependencies(survey, all, app) : null,
            ProcessTypes = survey.Procfile?.Types ?? new Dictionary<ProcessType, string>(),
            Details = new Dictionary<string, string> { ["project"] = app is null ? "" : Below(survey, app.File) },
        };
    }

    private static DependencyPlan Dependencies(Survey survey, IReadOnlyList<ProjectFile> projects, ProjectFile? app)
    {
        survey.Decide($"Dependencies from {string.Join(", ", projects.Where(project => project.HasPackages).Select(project => project.File))}");
        string[] beside = ["packages.lock.json"];
        string[] above = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "nuget.config", "NuGet.config", "NuGet.Config", "global.json"];
        var files = projects.SelectMany(project => beside.Concat(above).Select(name => SourceFiles.Join(SourceFiles.FolderOf(project.File), name)))
            .Concat(above.Select(survey.At)).Where(survey.Files.Exists);
        return new DependencyPlan("nuget", app?.File, [.. projects.Select(project => project.File).Concat(files).Distinct().Order(StringComparer.Ordinal)], NeedsSource: false)
        {
            Results = ["/nuget"],
            FactsFile = "nuget/slipway.json",
            ConfigPrefixes = ["NUGET_"],
            Inputs = new Dictionary<string, string> { ["project"] = app?.File ?? "" },
        };
    }

    private static void CheckVersion(Survey survey, ProjectFile app, Version stack)
    {
        switch (app.Framework)
        {
            case null:
                survey.Decide($".NET {stack.Major}: {app.File} does not say which itself");
                break;
            case { } asked when asked.Major > stack.Major:
                survey.Report(new Finding("dotnet_version_unavailable", $"It asks for .NET {asked}; this server has {stack.Major}.{stack.Minor}.")
                {
                    File = app.File,
                    Why = "The stack is a copy of the server's own .NET.",
                    Next = $"Set <TargetFramework>net{stack.Major}.0</TargetFramework>, or update .NET on the server.",
                });
                break;
            case { } asked when asked.Major < stack.Major:
                survey.Decide($".NET {stack.Major} runs it, though {app.File} asks for {asked}: the server has no other");
                break;
            default:
                survey.Decide($".NET {stack.Major}, as {app.File} asks");
                break;
        }
    }

    private static IReadOnlyList<ProjectFile> Projects(Survey survey) =>
        [.. survey.Files.FindBySuffix("proj", survey.Top, SearchDepth).Select(file => ProjectFile.Read(survey, file)).OfType<ProjectFile>()];

    private static string Below(Survey survey, string file) => survey.Top.Length == 0 ? file : file[(survey.Top.Length + 1)..];
}
