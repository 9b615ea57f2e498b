using Slipway.Contracts.Names;

namespace Slipway.Control.Builds;

/// <summary>Heroku's Procfile: one <c>type: command line</c> a line.</summary>
internal static class Procfile
{
    public const string FileName = "Procfile";

    public static IReadOnlyDictionary<ProcessType, string> Parse(string file, string text, ICollection<Finding> findings)
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
