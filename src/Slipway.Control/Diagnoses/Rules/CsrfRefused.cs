using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>
/// Django refuses the forms of people who came the right way: they came by a name, or over a scheme, that its settings do not
/// allow for. That it refuses forms of others is what the check is for, and no failure.
/// </summary>
internal sealed partial class CsrfRefused : Rule
{
    public override string Code => "csrf_refused";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.DjangoVersion is null) return null;
        var refused = facts.Router.Select(RouterLine.Parse).OfType<RouterLine>().Where(line => line is { Status: 403, Method: "POST" or "PUT" or "PATCH" or "DELETE" }).ToList();
        if (refused.Count == 0) return null;
        var settings = facts.SettingsFile;
        var http = new Evidence(EvidenceKind.Http, "the router's log", [.. refused.TakeLast(5).Select(line => line.Text)]);
        if (facts.Log.Select(line => Origin().Match(line)).LastOrDefault(match => match.Success) is { } origin)
        {
            var from = origin.Groups["origin"].Value.TrimEnd('/');
            var isOwn = from.EndsWith("//" + facts.Host, StringComparison.Ordinal);
            const string right = "SECURE_PROXY_SSL_HEADER = (\"HTTP_X_FORWARDED_PROTO\", \"https\")";
            var list = settings is null ? null : facts.Source.Line(settings, Trusted());
            return Found(isOwn ? "The app takes its own https address for another site" : $"Forms from {from} are refused: the app does not know that address") with
            {
                Confidence = isOwn ? Confidence.Certain : Confidence.Likely,
                Happened = Happened(refused),
                Cause = isOwn
                    ? "The edge ends TLS and says so in X-Forwarded-Proto. The app does not look at it, takes the request for one over http, and the form's origin, which is https, for somebody else's."
                    : "Its CSRF check takes forms from the app's own domains and from CSRF_TRUSTED_ORIGINS. A page on another address sent this one: yours behind another proxy, or one that means ill.",
                Evidence = [Seen.Lines(facts, text => Origin().IsMatch(text)), http, .. list is null ? (Evidence[])[] : [facts.Source.At(list)]],
                Fix = isOwn ? right + ", or take your own line out: Slipway then fills it in." : $"If {from} is yours: slipway domains add {from[(from.LastIndexOf('/') + 1)..]}, or CSRF_TRUSTED_ORIGINS = [\"{from}\"] in the settings. If not, nothing is to be done.",
                Action = isOwn && settings is not null ? new FixAction { Files = [facts.Source.Append(settings, right)] } : null,
            };
        }

        // A cookie for https alone never comes back over http: every form fails, whoever sends it.
        if (settings is null || refused.All(line => line.Text.EndsWith("protocol=https", StringComparison.Ordinal)) || facts.Source.Line(settings, SecureCookie()) is not { } cookie) return null;
        return Found("Forms over http cannot work: the CSRF cookie is for https alone") with
        {
            Happened = Happened(refused),
            Cause = $"{cookie.File}, line {cookie.Number} has the browser send the cookie over https only, and these requests came over http.",
            Evidence = [facts.Source.At(cookie), http, .. facts.Log.Any(line => NoCookie().IsMatch(line)) ? (Evidence[])[Seen.Lines(facts, text => NoCookie().IsMatch(text))] : []],
            Fix = "Serve the site over https alone: slipway https force sends everybody there. Or take the line out: where the app is served over https alone, Slipway fills it in.",
            Action = new FixAction { Files = [facts.Source.Edit(cookie, "# " + cookie.Text)] },
        };
    }

    private static string Happened(List<RouterLine> refused) => $"{refused[^1].Method} {refused[^1].Path.Split('?')[0]} was answered with 403, {(refused.Count == 1 ? "once" : $"{refused.Count} times")} among the last requests.";

    [GeneratedRegex(@"Forbidden \((?:Origin|Referer) checking failed - (?<origin>https?://[^\s/]+)/?\S* does not match any trusted origins", RegexOptions.CultureInvariant)]
    private static partial Regex Origin();

    [GeneratedRegex(@"CSRF cookie not set", RegexOptions.CultureInvariant)]
    private static partial Regex NoCookie();

    [GeneratedRegex(@"^CSRF_TRUSTED_ORIGINS\s*=", RegexOptions.CultureInvariant)]
    private static partial Regex Trusted();

    [GeneratedRegex(@"^CSRF_COOKIE_SECURE\s*=\s*True\b", RegexOptions.CultureInvariant)]
    private static partial Regex SecureCookie();
}
