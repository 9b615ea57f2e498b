using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses;

/// <summary>A port that is written down in an app's code, and the same line with the one from the environment.</summary>
internal static partial class PortInCode
{
    public static SourceLine? Find(Source source, IEnumerable<int> ports)
    {
        var literal = new Regex($@"(?<!\d)(?<port>{string.Join('|', ports)})(?!\d)", RegexOptions.CultureInvariant);
        return source.FindBySuffix(".py", ".js", ".mjs", ".cjs", ".ts").Select(file => source.Lines(file, literal).FirstOrDefault(line => Listens().IsMatch(line.Text))).FirstOrDefault(line => line is not null);
    }

    /// <returns>Null where the line is not one of those that are understood.</returns>
    public static FileEdit? Corrected(Source source, SourceLine line)
    {
        var port = line.Match.Groups["port"];
        if (!line.File.EndsWith(".py", StringComparison.Ordinal))
            return source.Edit(line, Loopback().Replace(line.Text[..port.Index] + $"process.env.PORT || {port.Value}" + line.Text[(port.Index + port.Length)..], "${quote}0.0.0.0${quote}"));
        var text = Loopback().Replace(line.Text[..port.Index] + $"int(os.environ.get(\"PORT\", {port.Value}))" + line.Text[(port.Index + port.Length)..], "${quote}0.0.0.0${quote}");
        if (Run().Match(text) is { Success: true } run && !text.Contains("host", StringComparison.Ordinal)) text = text.Insert(run.Index + run.Length, "host=\"0.0.0.0\", ");
        var lines = source.Read(line.File)!.Split('\n').ToList();
        lines[line.Number - 1] = text;
        if (!lines.Contains("import os") && lines.FindIndex(one => Import().IsMatch(one)) is >= 0 and var first) lines.Insert(first, "import os");
        return source.Edit(line.File, string.Join('\n', lines));
    }

    /// <summary>A number alone may mean anything.</summary>
    [GeneratedRegex(@"\b(?:listen|run|run_app|run_simple|serve|port|PORT|create_server|HTTPServer|TCPServer|make_server|bind)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Listens();

    [GeneratedRegex("""(?<quote>['"])(?:127\.0\.0\.1|localhost)['"]""", RegexOptions.CultureInvariant)]
    private static partial Regex Loopback();

    [GeneratedRegex(@"\bapp\.run\(", RegexOptions.CultureInvariant)]
    private static partial Regex Run();

    [GeneratedRegex(@"^(?:import|from (?!__future__)\w)", RegexOptions.CultureInvariant)]
    private static partial Regex Import();
}
