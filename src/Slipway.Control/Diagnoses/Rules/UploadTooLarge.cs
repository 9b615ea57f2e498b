using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Sources;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>Somebody sends more in a request than the app takes, or the edge.</summary>
internal sealed partial class UploadTooLarge : Rule
{
    private const string ByEdge = "Request body too large";

    private static readonly string Edge = Size.Text(Contracts.Routing.Route.DefaultMaxBodyBytes);

    public override string Code => "upload_too_large";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        var said = facts.Log.Where(line => Said().IsMatch(line)).ToList();
        // Django answers with 400, and says why in its log alone.
        var refused = facts.Router.Select(RouterLine.Parse).OfType<RouterLine>().Where(line => line.Status == 413 || said.Count > 0 && line is { Status: >= 400, Method: "POST" or "PUT" or "PATCH" }).ToList();
        if (refused.Count == 0) return null;
        var isEdge = refused[^1].Description == ByEdge;
        var limit = isEdge ? null : Limit(facts);
        return Found(isEdge ? $"A request was larger than the {Edge} that the edge takes" : limit is null ? "A request was larger than the app takes" : $"A request was larger than {limit.Match.Groups["name"].Value} allows") with
        {
            Happened = $"{refused[^1].Method} {refused[^1].Path.Split('?')[0]} was answered with {refused[^1].Status}, {(refused.Count == 1 ? "once" : $"{refused.Count} times")} among the last requests.",
            Cause = isEdge ? "The edge ended it, so that no request fills the server." : $"The app has a limit of its own, and Slipway's edge, which takes {Edge}, let the request through.",
            Evidence =
            [
                new Evidence(EvidenceKind.Http, "the router's log", [.. refused.TakeLast(5).Select(line => line.Text)]),
                .. limit is null ? (Evidence[])[] : [facts.Source.At(limit)],
                .. said.Count > 0 ? (Evidence[])[Seen.Lines(facts, text => Said().IsMatch(text))] : [],
            ],
            Fix = isEdge ? "Send it in parts, or straight to a storage of files."
                : limit is not null ? $"Raise {limit.Match.Groups["name"].Value} in {limit.File}, line {limit.Number}, if requests of that size are meant to be taken."
                : "Raise the app's limit (Django: DATA_UPLOAD_MAX_MEMORY_SIZE; Flask: MAX_CONTENT_LENGTH; PHP: upload_max_filesize and post_max_size; Express: the option limit of its body parsers), if requests of that size are meant to be taken.",
        };
    }

    private static SourceLine? Limit(Facts facts) =>
        new[] { facts.SettingsFile }.OfType<string>().Concat(facts.Source.FindBySuffix(".py", ".js", ".user.ini", "php.ini")).Distinct().Select(file => facts.Source.Line(file, Setting())).FirstOrDefault(line => line is not null);

    [GeneratedRegex(@"Request body exceeded settings\.DATA_UPLOAD_MAX_MEMORY_SIZE|POST Content-Length of \d+ bytes exceeds the limit|PayloadTooLargeError", RegexOptions.CultureInvariant)]
    private static partial Regex Said();

    [GeneratedRegex(@"\b(?<name>DATA_UPLOAD_MAX_MEMORY_SIZE|MAX_CONTENT_LENGTH|MAX_FORM_MEMORY_SIZE|upload_max_filesize|post_max_size)\b['""\]]*\s*=", RegexOptions.CultureInvariant)]
    private static partial Regex Setting();
}
