using System.Text.RegularExpressions;

namespace Slipway.Control.Diagnoses;

/// <summary>What a command line tells a Python server to serve: <c>gunicorn shop.wsgi</c>, <c>uvicorn --port 80 api.main:app</c>.</summary>
/// <param name="Argument">As it is written.</param>
/// <param name="Name">Of the callable; null where the server's own default holds.</param>
internal sealed partial record ServedModule(string Argument, string Module, string? Name)
{
    public static ServedModule? Of(string? command) => command is not null && Pattern().Match(command) is { Success: true } match
        ? new ServedModule(match.Groups["whole"].Value, match.Groups["module"].Value, match.Groups["name"] is { Success: true, Value: var name } ? name : null)
        : null;

    /// <summary>It, or a package that it lies in.</summary>
    public bool IsIn(string module) => Module == module || Module.StartsWith(module + ".", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(?:gunicorn|uvicorn|hypercorn|daphne)\b(?:\s+-\S+(?:[= ](?![\w.]+:\w+(?:\s|$))\S+)?)*?\s+(?<whole>(?<module>[A-Za-z_][\w.]*)(?::(?<name>\w+))?)(?=\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
