using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The command starts a program that is not in the image: mostly a server that no requirement names.</summary>
internal sealed partial class ProgramMissing : Rule
{
    private const int NotFound = 127;

    /// <summary>Programs that Python packages bring, by the package where it has another name.</summary>
    private static readonly Dictionary<string, string> Packages = new()
    {
        ["gunicorn"] = "gunicorn", ["uvicorn"] = "uvicorn", ["hypercorn"] = "hypercorn", ["daphne"] = "daphne", ["waitress-serve"] = "waitress", ["uwsgi"] = "uWSGI",
        ["granian"] = "granian", ["celery"] = "celery", ["flask"] = "Flask", ["django-admin"] = "Django", ["honcho"] = "honcho", ["rq"] = "rq", ["huey_consumer"] = "huey",
        ["streamlit"] = "streamlit", ["alembic"] = "alembic", ["supervisord"] = "supervisor", ["mod_wsgi-express"] = "mod-wsgi", ["fastapi"] = "fastapi[standard]", ["newrelic-admin"] = "newrelic",
    };

    public override string Code => "program_missing";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot, Stage.Probe);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Instance?.Exit?.Code != NotFound && facts.ExitCode != NotFound || ProgramOf(facts) is not { } program || program.Contains('/')) return null;
        var line = facts.Process(facts.Instance is null ? "release" : "web");
        var package = Packages.GetValueOrDefault(program);
        var requirements = package is null ? null : facts.Requirements;
        return Found($"{program} is not installed") with
        {
            Cause = package is null
                ? $"The command starts {program}, and no program of that name is in the image."
                : $"The command starts {program}, which comes with the package {package}, and {(requirements is null ? "no file says that it is required" : $"{requirements} does not name that")}.",
            Evidence = [.. line is null ? (Evidence[])[] : [facts.Source.At(line)], .. facts.Instance is { Exit: not null } instance ? (Evidence[])[Seen.Exit(instance)] : [], .. requirements is null ? (Evidence[])[] : [facts.Source.At(requirements, 1)]],
            Fix = package is null
                ? $"If a Debian package brings it, name that in slipway.toml: packages = [\"{program}\"]; else correct the command."
                : $"Add {package} to {requirements ?? "requirements.txt"}.",
            Action = package is null || facts.Kind != "python" || requirements is null && facts.HasOtherLock ? null : new FixAction { Files = [facts.Source.Append(requirements ?? "requirements.txt", package)] },
        };
    }

    /// <summary>What the shell says was not found; without a shell, the command's first word.</summary>
    private static string? ProgramOf(Facts facts) =>
        facts.Lines.Select(line => NotFoundLine().Match(line)).LastOrDefault(match => match.Success) is { } said ? said.Groups["program"].Value
        : facts.Instance?.Command is [var first, ..] && first is not ("/bin/sh" or "sh") ? first
        : null;

    [GeneratedRegex("""(?:^|: )(?<program>[\w.+-]+): (?:command )?not found|exec: "(?<program>[^"]+)": executable file not found|can't execute '(?<program>[^']+)': No such file""", RegexOptions.CultureInvariant)]
    private static partial Regex NotFoundLine();
}
