using Slipway.Contracts.Names;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Php;

/// <summary>PHP behind Apache: a folder of .php files, with or without Composer.</summary>
internal sealed class PhpKind : AppKind
{
    private const string Manifest = "composer.json";
    private const string Lock = "composer.lock";

    public override string Name => "php";

    public override StackName? RunStack => StackCatalog.Php;

    public override StackName BuildStack => StackCatalog.PhpBuild;

    public override IReadOnlySet<string> Programs { get; } = new HashSet<string> { "php", "php-fpm", "apache2", DocumentRoot.HerokuServer };

    public override Sign? Recognize(Survey survey)
    {
        if (DocumentRoot.Indexes(survey) is [var index, ..]) return new Sign(Weight.Strong, index);
        if (survey.FirstOf(Manifest) is { } manifest) return new Sign(Weight.Fair, manifest);
        return Scripts(survey).FirstOrDefault() is { } script ? new Sign(Weight.Fair, script) : null;
    }

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        var stack = PhpVersions.OfStack(stacks.Build);
        var manifest = survey.FirstOf(Manifest) is { } file ? ComposerManifest.Read(survey, file) : null;
        if (manifest?.Php is { } asked && !PhpVersions.Satisfies(asked, stack))
            survey.Report(new Finding("php_version_unavailable", $"It asks for PHP {asked}; this server's stack has {stack.Major}.{stack.Minor}.")
            {
                File = manifest.File,
                Why = "The stack is made of the server's Debian packages, which bring one PHP.",
                Next = $"Widen \"php\" under \"require\" in {manifest.File} so that it allows {stack.Major}.{stack.Minor}.",
            });
        else
            survey.Decide($"PHP {stack.Major}.{stack.Minor}, {(manifest?.Php is null ? "the stack's" : $"as {manifest.File} asks")}");

        var root = DocumentRoot.Find(survey, manifest is not null);
        var dependencies = manifest is null ? null : Dependencies(survey, manifest);
        return new BuildPlan
        {
            Summary = manifest is null ? "a PHP site" : "a PHP app with Composer",
            Folder = survey.Top,
            Dependencies = dependencies,
            // What Composer installs is not there twice.
            LeftOut = dependencies is null ? [] : ["/vendor"],
            ProcessTypes = DocumentRoot.ProcessesOf(survey),
            Details = new Dictionary<string, string> { ["document_root"] = root, ["php"] = $"{stack.Major}.{stack.Minor}" },
        };
    }

    private static DependencyPlan? Dependencies(Survey survey, ComposerManifest manifest)
    {
        if (!manifest.HasPackages)
        {
            survey.Decide($"{manifest.File} requires no packages and no extensions");
            return null;
        }

        if (survey.Files.FolderExists(survey.At("vendor")))
        {
            survey.Decide($"{survey.At("vendor")}/ is in the source: it is used as it is, and Composer installs nothing");
            return null;
        }

        var locked = survey.Has(Lock);
        survey.Decide(locked ? $"Dependencies from {survey.At(Lock)}" : $"Dependencies from {manifest.File}; without a {Lock} they are the newest that fit, at each build that Slipway has to make");
        return new DependencyPlan("composer", survey.At(locked ? Lock : Manifest), locked ? [manifest.File, survey.At(Lock)] : [manifest.File], manifest.NeedsSource)
        {
            Results = ["/app/vendor"],
            FactsFile = "app/vendor/slipway.json",
            ConfigPrefixes = ["COMPOSER_"],
        };
    }

    /// <summary>Scripts in the app's own folder, for sites without an index.php.</summary>
    private static IEnumerable<string> Scripts(Survey survey) =>
        survey.Files.Names(survey.Top).Where(name => name.EndsWith(".php", StringComparison.OrdinalIgnoreCase)).Select(survey.At).Where(survey.Files.Exists);
}
