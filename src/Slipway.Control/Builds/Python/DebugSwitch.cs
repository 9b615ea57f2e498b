using System.Text.RegularExpressions;

namespace Slipway.Control.Builds.Python;

/// <summary>
/// Whether the files alone say that errors would be shown to everybody: DEBUG on in settings that Slipway was told to leave
/// alone, or Flask's own server with its debugger. What files do not tell, the probe of an error page does.
/// </summary>
internal static partial class DebugSwitch
{
    public const string Code = "debug_left_on";

    /// <summary>The config var that says that it is meant so.</summary>
    public static bool IsAskedFor(IReadOnlyDictionary<string, string> config) =>
        config.GetValueOrDefault("DEBUG")?.Trim().ToLowerInvariant() is "1" or "true" or "on" or "yes";

    public static void Check(Survey survey, string project)
    {
        var found = Settings(survey, project) ?? Server(survey, project);
        if (found is not var (file, line)) return;
        if (IsAskedFor(survey.Config))
        {
            survey.Decide($"{file}:{line}: DEBUG stays on, as the config var DEBUG asks: anyone who meets an error sees your settings and source.");
            return;
        }

        survey.Report(new Finding(Code, "DEBUG is on: anyone who meets an error would see your settings and source.")
        {
            File = file,
            Line = line,
            Why = "Nothing turns it off where the app is public.",
            Next = "Turn it off in that line; or, to show errors to everybody all the same: slipway config set DEBUG=1",
        });
    }

    /// <summary>The settings layer turns it off; a config var that names the settings turns the layer off.</summary>
    private static (string File, int Line)? Settings(Survey survey, string project)
    {
        if (survey.Config.GetValueOrDefault("DJANGO_SETTINGS_MODULE") is not { } module || !ModuleName().IsMatch(module)) return null;
        var path = SourceFiles.Join(project, module.Replace('.', '/'));
        return new[] { path + ".py", path + "/__init__.py" }.FirstOrDefault(survey.Files.Exists) is { } file && LastLine(survey, file, Assigned()) is var (line, text) && On().IsMatch(text) ? (file, line) : null;
    }

    /// <summary>The file that the web command runs by Python's own interpreter starts Flask's or Werkzeug's server with the debugger.</summary>
    private static (string File, int Line)? Server(Survey survey, string project)
    {
        if (survey.CommandOf("web") is not { } command || Started().Match(command) is not { Success: true } started) return null;
        var file = SourceFiles.Join(project, started.Groups["file"].Value);
        return survey.Files.Exists(file) && LastLine(survey, file, Debugger()) is var (line, _) ? (file, line) : null;
    }

    private static (int Line, string Text)? LastLine(Survey survey, string file, Regex pattern)
    {
        if (survey.Files.ReadText(file, []) is not { } text) return null;
        var lines = text.Split('\n');
        var at = Array.FindLastIndex(lines, line => pattern.IsMatch(line));
        return at < 0 ? null : (at + 1, lines[at].TrimEnd('\r'));
    }

    [GeneratedRegex(@"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", RegexOptions.CultureInvariant)]
    private static partial Regex ModuleName();

    [GeneratedRegex(@"^DEBUG\s*=", RegexOptions.CultureInvariant)]
    private static partial Regex Assigned();

    [GeneratedRegex(@"^DEBUG\s*=\s*(?:True|1)\s*(?:#.*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex On();

    [GeneratedRegex(@"^(?:exec )?python3? (?<file>[\w./-]+\.py)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Started();

    [GeneratedRegex(@"^[^#]*\.run\(.*\bdebug\s*=\s*True\b", RegexOptions.CultureInvariant)]
    private static partial Regex Debugger();
}
