using Slipway.Contracts.Names;

namespace Slipway.Control.Builds;

/// <summary>Heroku's Procfile: one <c>type: command line</c> a line.</summary>
/// <param name="File">Path below the source.</param>
internal sealed record Procfile(string File, IReadOnlyDictionary<ProcessType, string> Types)
{
    private const string FileName = "Procfile";

    private static readonly string[] Misnamed = ["procfile", "ProcFile", "PROCFILE", "Procfile.txt"];

    /// <summary>The program that the web line starts, without its folder; null where no word of it is one.</summary>
    public string? WebProgram => Types.TryGetValue(ProcessType.Parse("web"), out var line)
        ? line.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word is "exec" or "env" || word.Contains('=')).FirstOrDefault()?.Split('/')[^1]
        : null;

    /// <summary>The Procfile of a folder; null when there is none. What is wrong with it is reported.</summary>
    public static Procfile? Find(Survey survey, string folder)
    {
        var file = SourceFiles.Join(folder, FileName);
        if (!survey.Files.Exists(file))
        {
            foreach (var wrong in Misnamed.Select(name => SourceFiles.Join(folder, name)).Where(survey.Files.Exists))
                survey.Report(new Finding("invalid_procfile", $"It is named {wrong}; only the name {FileName} counts.") { File = wrong, Next = $"git mv {wrong} {file}" });
            return null;
        }

        var before = survey.Findings.Count;
        var types = survey.Files.ReadText(file, survey.Findings) is { } text ? Parse(file, text, survey.Findings) : new Dictionary<ProcessType, string>();
        if (types.Count == 0 && survey.Findings.Count == before)
            survey.Report(new Finding("invalid_procfile", "It names no process.") { File = file, Next = "Write a line such as: web: gunicorn mysite.wsgi; or remove the file." });
        survey.Decide($"Processes from {file}: {string.Join(", ", types.Keys)}");
        return new Procfile(file, types);
    }

    private static Dictionary<ProcessType, string> Parse(string file, string text, ICollection<Finding> findings)
    {
        var types = new Dictionary<ProcessType, string>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            void Report(string message, string? next = null) =>
                findings.Add(new Finding("invalid_procfile", message) { File = file, Line = number, Next = next });

            var colon = line.IndexOf(':');
            if (colon < 0)
            {
                Report($"{TypedName.Quote(line)} is not 'type: command'.", "Write each process as one line, such as: web: gunicorn mysite.wsgi");
                continue;
            }

            var (name, command) = (line[..colon].Trim(), line[(colon + 1)..].Trim());
            if (!ProcessType.TryParse(name, out var type))
                Report($"{TypedName.Quote(name)} is not a valid process type: {ProcessType.Rule}.");
            else if (command.Length == 0)
                Report($"The process type {name} has no command.");
            else if (!types.TryAdd(type, command))
                Report($"The process type {name} is there twice.");
        }

        return types;
    }
}
