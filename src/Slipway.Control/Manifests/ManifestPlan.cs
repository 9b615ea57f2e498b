using Slipway.Contracts.Names;
using Slipway.Control.Builds;

namespace Slipway.Control.Manifests;

/// <summary>Puts what slipway.toml says of processes over what a kind of app planned, and says so.</summary>
internal static class ManifestPlan
{
    private static readonly ProcessType Web = ProcessType.Parse("web");

    /// <summary>Keys that say how a web process is served by other means than its command.</summary>
    private static readonly string[] Serving = ["server", "wsgi", "asgi"];

    /// <summary>Keys that only some kinds know what to do with.</summary>
    private static readonly string[] Particular = [.. Serving, "python", "build", "image", "dockerfile", "port"];

    public static BuildPlan Apply(AppKind kind, Survey survey, BuildPlan plan)
    {
        var manifest = survey.Manifest;
        foreach (var entry in Particular.Select(key => manifest.Find(key)).OfType<ManifestEntry>().Where(entry => !kind.ManifestKeys.Contains(entry.Path[0])))
            survey.Report(new Finding("key_without_effect", $"'{entry.Path[0]}' has no meaning for {kind.Name}, which is what this app is.")
            {
                File = manifest.File, Line = entry.Line, Next = "Remove the line, or say what the app is with 'kind'.",
            });

        if (kind.RunStack is null && manifest.Find("packages") is { } wanted)
            survey.Report(new Finding("key_without_effect", $"'packages' has no meaning for {kind.Name}: the app brings its own file system.")
            {
                File = manifest.File, Line = wanted.Line, Next = "Remove the line, and install them in the image.",
            });

        var types = new Dictionary<ProcessType, string>(plan.ProcessTypes);
        foreach (var type in types.Keys) survey.Origins[$"processes.{type}.command"] = survey.Procfile?.File ?? "Procfile";
        if (Serving.Select(key => manifest.Find(key)).FirstOrDefault(entry => entry is not null) is { } serving && types.Remove(Web, out var replaced))
        {
            survey.Origins.Remove("processes.web.command");
            survey.Decide($"web: by {serving.Path[0]} = {serving.Value} of {manifest.OriginOf(serving)}, not by the Procfile's '{replaced}'");
        }

        foreach (var (type, command) in manifest.Commands())
        {
            var line = (string)command.Value;
            var before = types.GetValueOrDefault(type);
            types[type] = line;
            survey.Origins[$"processes.{type}.command"] = manifest.OriginOf(command);
            survey.Decide($"{type}: {line} ({manifest.OriginOf(command)}{(before is null || before == line ? "" : $", not the Procfile's '{before}'")})");
        }

        return plan with { ProcessTypes = types, Packages = [.. plan.Packages.Concat(manifest.List("packages")).Distinct().Order(StringComparer.Ordinal)] };
    }
}
