using Slipway.Contracts.Names;
using Slipway.Control.Manifests;
using Slipway.Control.Stacks;

namespace Slipway.Control.Builds.Python;

/// <summary>Django projects, and other Python apps with a Procfile or an app object where one looks for it.</summary>
internal sealed class PythonKind : AppKind
{
    /// <summary>How far down a manage.py is looked for: one at depth 1 is taken, one further down is only told.</summary>
    private const int SearchDepth = 4;

    private static readonly string[] Modules = ["app.py", "main.py", "wsgi.py", "asgi.py"];

    public override string Name => "python";

    public override StackName? RunStack => StackCatalog.Python;

    public override StackName BuildStack => StackCatalog.PythonBuild;

    public override IReadOnlySet<string> Programs { get; } = new HashSet<string>
    {
        "python", "python3", "gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "uwsgi", "mod_wsgi-express", "granian", "celery", "flask", "django-admin",
    };

    public override IReadOnlySet<string> ManifestKeys { get; } = new HashSet<string> { "server", "wsgi", "asgi", "python", "build" };

    public override Sign? Recognize(Survey survey)
    {
        if (ManagePyFiles(survey) is [var managePy, ..])
            return new Sign(Depth(survey, managePy) <= 1 ? Weight.Strong : Weight.Faint, $"{managePy} of a Django project");
        if (survey.FirstOf([.. DependencyRules.FileNames, .. Modules]) is { } file) return new Sign(Weight.Fair, file);
        return survey.Files.Names(survey.Top).FirstOrDefault(name => name.EndsWith(".py", StringComparison.Ordinal)) is { } module ? new Sign(Weight.Faint, module) : null;
    }

    public override BuildPlan Plan(Survey survey, StackPair stacks)
    {
        var managePy = FindManagePy(survey);
        var project = managePy is null ? survey.Top : SourceFiles.FolderOf(managePy);
        string[] folders = [.. new[] { survey.Top, project }.Distinct()];

        var procfile = survey.Procfile ?? (project == survey.Top ? null : Procfile.Find(survey, project));
        var dependencies = new DependencyRules(survey.Files, survey.Findings, survey.Decisions).Find(folders);
        new PythonRules(survey.Files, StackCatalog.PythonOf(stacks.Build), survey.Findings, survey.Decisions).Check(folders, survey.Manifest);
        // Where there is Python at all, its build looks for something to serve, and says what it looked for.
        if (managePy is null && procfile is null && !survey.Declares("web") && survey.Findings.Count == 0 && !HasModules(survey)) survey.Report(NothingToRun(survey));

        var details = new Dictionary<string, string>();
        var inputs = new Dictionary<string, string>();
        if (managePy is not null)
        {
            details["manage_py"] = managePy;
            // Where it lies does not matter to what is installed.
            inputs["django"] = "yes";
            if (dependencies.File is null && DjangoProject.VersionOf(survey.Files, managePy) is { } version)
                inputs["django_version"] = details["django_version"] = version;
            // The database that is attached decides which driver has to be there.
            if (survey.Config.GetValueOrDefault("DATABASE_URL") is { } url && url.StartsWith("mysql", StringComparison.OrdinalIgnoreCase))
                inputs["database"] = details["database"] = "mysql";
        }

        if (managePy is not null && procfile is null && survey.Manifest.Find("root") is null) survey.Origins.TryAdd("root", $"found: {managePy}");
        var packages = AddServing(survey, managePy, details, inputs);
        DebugSwitch.Check(survey, project);
        return new BuildPlan
        {
            Summary = managePy is not null ? "a Django project" : procfile is null ? "a Python app" : "a Python app with a Procfile",
            Packages = packages,
            Root = procfile is null ? project : SourceFiles.FolderOf(procfile.File),
            Dependencies = dependencies with { Inputs = inputs },
            ProcessTypes = procfile?.Types ?? new Dictionary<ProcessType, string>(),
            Details = details,
        };
    }

    /// <summary>What slipway.toml says of serving, and what the installation of dependencies must know to add a server.</summary>
    /// <returns>Debian packages that the server comes from.</returns>
    private static IReadOnlyList<string> AddServing(Survey survey, string? managePy, Dictionary<string, string> details, Dictionary<string, string> inputs)
    {
        foreach (var key in new[] { "server", "wsgi", "asgi" })
            if (survey.Manifest.Text(key) is { } value) details[key] = value;
        var server = survey.Manifest.Text("server") is { } name ? WebServers.Named(name) : null;
        if (server is not null)
        {
            // What is installed for one of Debian's is the same for all of them: nothing.
            inputs["server"] = server.Packages.Count == 0 ? server.Name : "debian";
            survey.Decide($"Server: {server.Name}, as {survey.Manifest.OriginOf(survey.Manifest.Find("server")!)} says; {(server.Packages.Count == 0 ? "from the package index, unless your requirements name it" : $"from Debian: {string.Join(", ", server.Packages)}")}");
        }

        if (server?.Speaks == Interface.Asgi || details.ContainsKey("asgi") || managePy is not null && !details.ContainsKey("wsgi") && DjangoProject.WantsAsgi(survey.Files, managePy))
            inputs["speaks"] = details["speaks"] = "asgi";
        return server?.Packages ?? [];
    }

    private static bool HasModules(Survey survey) =>
        survey.Files.Folders(survey.Top).Append(survey.Top).Any(folder => survey.Files.Names(folder).Any(name => name.EndsWith(".py", StringComparison.Ordinal) && name != "setup.py"));

    private static string? FindManagePy(Survey survey)
    {
        var all = ManagePyFiles(survey);
        foreach (var depth in new[] { 0, 1 })
        {
            switch (all.Where(path => Depth(survey, path) == depth).ToArray())
            {
                case [var one]:
                    survey.Decide($"Django project: {one}");
                    return one;
                case [_, _, ..] several:
                    survey.Report(new Finding("several_projects", $"There are {several.Length} Django projects: {string.Join(", ", several)}.")
                    {
                        Next = $"Say which one is the app: slipway config set {Preflight.FolderVariable}={SourceFiles.FolderOf(several[0])}",
                    });
                    return null;
            }
        }

        if (all is [var deep, ..] && survey.Procfile is null)
            survey.Report(new Finding("project_too_deep", $"The Django project is {deep}, more than one folder down.")
            {
                Next = $"Say that it is the app: slipway config set {Preflight.FolderVariable}={SourceFiles.FolderOf(deep)}",
            });
        return null;
    }

    /// <summary>Nearest first. Other things than Django have a manage.py, too.</summary>
    private static IReadOnlyList<string> ManagePyFiles(Survey survey) =>
        [.. survey.Files.Find("manage.py", survey.Top, SearchDepth)
            .Where(path => survey.Files.ReadText(path, []) is not { } text || text.Contains("django", StringComparison.OrdinalIgnoreCase))
            .OrderBy(path => Depth(survey, path))];

    private static int Depth(Survey survey, string path) =>
        path.Count(c => c == '/') - (survey.Top.Length == 0 ? 0 : survey.Top.Count(c => c == '/') + 1);

    private static Finding NothingToRun(Survey survey) => new("unknown_app", "This is Python, and nothing says how to run it.")
    {
        Why = $"It has no Procfile, no module in it or one folder down, and no manage.py. It holds: {string.Join(", ", survey.Files.Names(survey.Top).Take(12))}.",
        Next = "Deploy the folder that holds your app, or add a Procfile with a line 'web: COMMAND' whose command serves HTTP on $PORT.",
    };
}
