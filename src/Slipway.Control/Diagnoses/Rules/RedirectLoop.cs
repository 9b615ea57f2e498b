using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app sends everybody to https, and those who come by https as well: it does not believe that they do.</summary>
internal sealed class RedirectLoop : Rule
{
    public override string Code => "redirect_loop";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Probe);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Failure?.Id != Code || facts.Probe is not { } probe) return null;
        var header = facts.SettingsFile is { } settings ? facts.Source.Line(settings, new("^SECURE_PROXY_SSL_HEADER\\s*=")) : null;
        var redirect = facts.SettingsFile is { } file ? facts.Source.Line(file, new("^SECURE_SSL_REDIRECT\\s*=")) : null;
        const string right = "SECURE_PROXY_SSL_HEADER = (\"HTTP_X_FORWARDED_PROTO\", \"https\")";
        return Found("The app redirects to itself for ever") with
        {
            Cause = $"It sends requests to {probe.Location}, and those too. The edge ends TLS and says so in the header X-Forwarded-Proto, which the app does not look at.",
            Evidence = [Seen.Of(probe), .. redirect is null ? (Evidence[])[] : [facts.Source.At(redirect)], .. header is null ? (Evidence[])[] : [facts.Source.At(header)]],
            Fix = facts.DjangoVersion is null ? "Have the app believe X-Forwarded-Proto: the edge takes it away from requests that bring one." : header is null ? right : $"{right}, or take that line out: Slipway then fills it in.",
            Action = facts.SettingsFile is null ? null : new FixAction { Files = [header is null ? facts.Source.Append(facts.SettingsFile, right) : facts.Source.Edit(header, right)] },
        };
    }
}
