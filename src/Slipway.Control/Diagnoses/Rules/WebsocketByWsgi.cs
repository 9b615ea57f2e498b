using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>A project that has websockets is served by a WSGI server, which knows none: they get a 404, or a 400.</summary>
internal sealed partial class WebsocketByWsgi : Rule
{
    public override string Code => "websocket_by_wsgi";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Process("web") is not { } web || Command().Match(web.Match.Groups["command"].Value) is not { Success: true } served || web.Text.Contains("uvicorn", StringComparison.OrdinalIgnoreCase)) return null;
        if (facts.SettingsFile is not { } settings || facts.Source.Line(settings, Asgi()) is not { } setting) return null;
        var failed = facts.Router.Select(RouterLine.Parse).OfType<RouterLine>().Where(line => line.Status is >= 400 and < 500 && Socket().IsMatch(line.Path)).ToList();
        if (failed.Count == 0) return null;
        var asgi = setting.Match.Groups["module"].Value;
        var isThere = facts.Source.HasModule(facts.Root, asgi);
        return Found("The project has websockets, and its web command speaks WSGI, which has none") with
        {
            Confidence = Confidence.Likely,
            Happened = $"{failed[^1].Path.Split('?')[0]} was answered with {failed[^1].Status}.",
            Cause = $"{settings} names an ASGI application, and the Procfile serves {served.Groups["module"].Value} by a WSGI server: it takes the handshake of a websocket for a page.",
            Evidence = [facts.Source.At(web), facts.Source.At(setting), new Evidence(EvidenceKind.Http, "the router's log", [.. failed.TakeLast(5).Select(line => line.Text)])],
            Fix = "Take the web line out of the Procfile: Slipway then serves the project by ASGI. Or serve it so yourself: web: uvicorn " + $"{asgi}:application --host 0.0.0.0 --port $PORT",
            Action = isThere ? new FixAction { Files = [facts.Source.Edit(web, $"web: uvicorn {asgi}:application --host 0.0.0.0 --port $PORT")] } : null,
        };
    }

    [GeneratedRegex(@"^(?:\S+=\S+ )*(?:gunicorn|waitress-serve|uwsgi|mod_wsgi-express)\b.*?(?<module>[\w.]+wsgi)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Command();

    [GeneratedRegex(@"^ASGI_APPLICATION\s*=\s*['""](?<module>[\w.]+)\.\w+['""]", RegexOptions.CultureInvariant)]
    private static partial Regex Asgi();

    [GeneratedRegex(@"/(?:ws|wss|socket|sockets|websocket|websockets)(?:/|\?|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Socket();
}
