using Slipway.Contracts.Names;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Node;

/// <summary>Node.js: a package.json that says how to start something, or how to build a site.</summary>
internal sealed class NodeKind : AppKind
{
    private const string Manifest = "package.json";

    /// <summary>As npm reads them: the first that is there.</summary>
    private static readonly string[] Locks = ["npm-shrinkwrap.json", "package-lock.json"];

    private static readonly string[] OtherLocks = ["yarn.lock", "pnpm-lock.yaml", "bun.lockb"];

    private static readonly string[] VersionFiles = [".nvmrc", ".node-version"];

    public override string Name => "node";

    public override StackName? RunStack => StackCatalog.Node;

    public override StackName BuildStack => StackCatalog.NodeBuild;

    public override IReadOnlySet<string> Programs { get; } = new HashSet<string> { "node", "nodejs", "npm", "npx", "yarn", "next", "nuxt", "nest" };

    public override Sign? Recognize(Survey survey)
    {
        if (survey.FirstOf(Manifest) is not { } file) return null;
        // Many a package.json only lists tools: for style sheets, for tests.
        return PackageManifest.Read(survey with { Findings = [] }, file) switch
        {
            null => new Sign(Weight.Fair, file),
            { Start: not null } => new Sign(Weight.Fair, $"{file} with a start script"),
            { Build: not null } => new Sign(Weight.Fair, $"{file} with a build script"),
            _ => null,
        };
    }

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        var stack = NodeVersions.OfStack(stacks.Build);
        var manifest = survey.FirstOf(Manifest) is { } file ? PackageManifest.Read(survey, file) : null;
        CheckVersion(survey, manifest, stack);
        var web = survey.Procfile?.Types.ContainsKey(ProcessType.Parse("web")) == true;
        if (manifest is { Start: null, Build: null } && !web || manifest is null && survey.Procfile is null)
            survey.Report(new Finding("nothing_to_start", "Nothing says what to run.")
            {
                File = manifest?.File,
                Next = $"Add to {Manifest}: \"scripts\": {{ \"start\": \"node server.js\" }}; or a Procfile with a line 'web: node server.js'.",
            });
        if (manifest is { Build: { } build }) survey.Decide($"Build: npm run {build}");
        if (!web && manifest?.Start is { } start) survey.Decide($"Start: {start}");
        if (!web && manifest is { Start: null, Build: not null }) survey.Decide("No start script: what the build leaves is served as a static site");

        return new BuildPlan
        {
            Summary = "a Node.js app",
            Folder = survey.Top,
            // Another machine's; those of here are the dependency layer's.
            LeftOut = ["node_modules"],
            Dependencies = manifest is { HasPackages: true } ? Dependencies(survey, manifest) : null,
            ProcessTypes = survey.Procfile?.Types ?? new Dictionary<ProcessType, string>(),
            Details = Details(manifest, web),
        };
    }

    private static Dictionary<string, string> Details(PackageManifest? manifest, bool web)
    {
        var details = new Dictionary<string, string>();
        if (manifest?.Build is { } build) details["build"] = build;
        if (!web && manifest?.Start is { } start) details["start"] = start;
        return details;
    }

    private static void CheckVersion(Survey survey, PackageManifest? manifest, Version stack)
    {
        var before = survey.Findings.Count;
        void Unavailable(string asked, string file) => survey.Report(new Finding("node_version_unavailable", $"It asks for Node.js {asked}; this server's stack has {stack.Major}.{stack.Minor}.")
        {
            File = file,
            Why = "The stack is made of the server's Debian packages, which bring one Node.js.",
            Next = $"Ask for {stack.Major}.x in {file}, or for none.",
        });
        var versionFile = survey.FirstOf(VersionFiles);
        if (versionFile is not null && survey.Files.ReadText(versionFile, survey.Findings)?.Trim() is { } text && !NodeVersions.Satisfies(text, stack)) Unavailable(text, versionFile);
        if (manifest?.Node is { } range && !NodeVersions.Satisfies(range, stack)) Unavailable(range, manifest.File);
        if (survey.Findings.Count == before) survey.Decide($"Node.js {stack}{(manifest?.Node is null && versionFile is null ? ", the stack's" : $", as {versionFile ?? manifest!.File} asks")}");
    }

    private static DependencyPlan? Dependencies(Survey survey, PackageManifest manifest)
    {
        if (survey.Files.FolderExists(survey.At("node_modules")))
            survey.Decide($"{survey.At("node_modules")}/ of the source is not used: what is in it may be made for another machine");
        var locked = survey.FirstOf(Locks);
        if (locked is null && survey.FirstOf(OtherLocks) is { } other)
            survey.Report(new Finding("lock_file_unsupported", "It is the lock file of another package manager; Slipway installs with npm.")
            {
                File = other,
                Why = "Without a lock file of npm's, other versions would run than were tested.",
                Next = $"npm install --package-lock-only, commit package-lock.json, and remove {other}.",
            });
        survey.Decide(locked is null ? $"Dependencies from {manifest.File}; without a package-lock.json they are the newest that fit, at each build that Slipway has to make" : $"Dependencies from {locked}");
        string[] files = [manifest.File, .. locked is null ? (string[])[] : [locked], .. survey.Has(".npmrc") ? (string[])[survey.At(".npmrc")] : []];
        return new DependencyPlan("npm", locked ?? manifest.File, files, manifest.NeedsSource)
        {
            Results = ["/app/node_modules"],
            FactsFile = "app/node_modules/slipway.json",
            ConfigPrefixes = ["NPM_CONFIG_"],
            // A build needs its tools; what only runs does without.
            Inputs = new Dictionary<string, string> { ["development"] = manifest.Build is null ? "no" : "yes" },
        };
    }
}
