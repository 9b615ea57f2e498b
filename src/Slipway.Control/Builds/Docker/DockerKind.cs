using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Docker;

/// <summary>Apps that say with a Dockerfile how their whole file system is made; heroku.yml may say which, and what runs.</summary>
internal sealed class DockerKind : AppKind
{
    private const string Key = "dockerfile";

    private static readonly string[] Names = ["Dockerfile", "Containerfile"];
    private static readonly ProcessType Web = ProcessType.Parse("web");

    public override string Name => "docker";

    public override StackName? RunStack => null;

    public override StackName BuildStack => StackCatalog.Images;

    public override bool IsRootInBuild => true;

    public override IReadOnlySet<string> ManifestKeys { get; } = new HashSet<string> { Key, "port" };

    public override Sign? Recognize(Survey survey) =>
        survey.Manifest.Find(Key) is { } entry ? new Sign(Weight.Said, $"'{Key}' in {survey.Manifest.OriginOf(entry)}")
        : HerokuFile.Find(survey with { Findings = [] }) is { } heroku ? new Sign(Weight.Said, $"build.docker in {heroku.File}")
        : survey.FirstOf(Names) is { } file ? new Sign(Weight.Slight, file)
        : null;

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        var heroku = HerokuFile.Find(survey);
        var details = new Dictionary<string, string>();
        if (survey.Manifest.Text(Key) is { } named) Add(survey, details, SourceFiles.Join(survey.Top, named), "", survey.Manifest.OriginOf(survey.Manifest.Find(Key)!));
        else if (heroku is not null) AddImage(survey, details, heroku);
        else Add(survey, details, survey.FirstOf(Names) ?? survey.At(Names[0]), "", null);
        if (heroku is { Arguments.Count: > 0 }) details["arguments"] = JsonSerializer.Serialize(heroku.Arguments, ContractsJson.Default.IReadOnlyDictionaryStringString);
        ContainerPlan.Port(survey, details);
        return new BuildPlan
        {
            Summary = "an app with a Dockerfile",
            Folder = survey.Top,
            BeginsWithSource = false, // its file system is its own
            NeedsCache = true,
            PullsInBuild = true,
            ProcessTypes = Types(survey, heroku, details),
            Details = details,
        };
    }

    private static void AddImage(Survey survey, Dictionary<string, string> details, HerokuFile heroku)
    {
        var image = heroku.Images.GetValueOrDefault(Web.Value) ?? heroku.Images.Values.First();
        if (heroku.Images.Values.FirstOrDefault(other => (other.Dockerfile, other.Target) != (image.Dockerfile, image.Target)) is { } other)
            survey.Report(new Finding("heroku_yml_several_images", $"It builds '{image.Name}' and '{other.Name}' differently; an app is one image here.")
            {
                File = heroku.File,
                Line = other.Line,
                Why = "All process types of a release run in the same file system, so that they cannot be of two versions.",
                Next = $"Build one image that holds both, and say in 'run' which command '{other.Name}' is; or make an app of its own of it.",
            });
        // As Heroku has it: what is copied is beside the Dockerfile.
        Add(survey, details, survey.At(image.Dockerfile), SourceFiles.FolderOf(image.Dockerfile), heroku.File);
        if (image.Target is { } target) details["target"] = target;
    }

    private static void Add(Survey survey, Dictionary<string, string> details, string file, string context, string? origin)
    {
        if (!survey.Files.Exists(file))
            survey.Report(new Finding("dockerfile_missing", $"There is no file {file} in the source.") { File = origin, Next = "Correct the name, which is relative to the app's folder." });
        survey.Decide($"Dockerfile: {file}{(origin is null ? "" : $", as {origin} says")}");
        survey.Origins[Key] = origin ?? $"found: {file}";
        details[Key] = survey.Top.Length > 0 && file.StartsWith(survey.Top + "/", StringComparison.Ordinal) ? file[(survey.Top.Length + 1)..] : file;
        details["context"] = context;
    }

    /// <summary>heroku.yml's commands, over a Procfile's. Where heroku.yml has a 'run', what it does not name does not run.</summary>
    private static Dictionary<ProcessType, string> Types(Survey survey, HerokuFile? heroku, Dictionary<string, string> details)
    {
        var types = survey.Procfile?.Types.ToDictionary() ?? [];
        if (heroku is null) return types;
        foreach (var (type, command) in heroku.Commands)
        {
            types[type] = command.Line;
            survey.Decide($"{type}: {command.Line} ({heroku.File})");
        }

        if (heroku.HasRun && heroku.Commands.Keys.Any(type => type.Value != "release")) details["processes_only"] = "1";
        return types;
    }
}
