using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app asks for a host by a name that nobody knows: it is misspelt, or DNS does not work on this server.</summary>
internal sealed partial class NameNotResolved : Rule
{
    public override string Code => "name_not_resolved";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        // One traceback is told of by the next: a library wraps what the system said.
        if (facts.Lines.LastOrDefault(line => Unknown().IsMatch(line)) is not { } said || !facts.HasFailed) return null;
        var isServer = said.Contains("Temporary failure", StringComparison.Ordinal) || said.Contains("EAI_AGAIN", StringComparison.Ordinal);
        var host = facts.Lines.Select(line => Host().Match(line)).LastOrDefault(match => match.Success) is { } match ? match.Groups["host"].Value : null;
        var where = host is null ? null : facts.Source.FindBySuffix(".py", ".js", ".php", ".env", ".toml").Select(file => facts.Source.Line(file, new Regex(Regex.Escape(host), RegexOptions.CultureInvariant))).FirstOrDefault(line => line is not null);
        return Found(host is null ? "A host that the app asks for has no address" : $"{host} has no address") with
        {
            Confidence = isServer ? Confidence.Likely : Confidence.Certain,
            Cause = isServer
                ? "No name server answered: not this name alone, but all are unknown to the app right now."
                : "The name servers say that there is no such name.",
            Evidence = [.. where is null ? (Evidence[])[] : [facts.Source.At(where)], Seen.Lines(facts, text => Unknown().IsMatch(text))],
            Fix = isServer
                ? "slipway doctor looks at the server's own name service. Have the app live without that answer for a while: with a time limit, and another attempt."
                : "Correct the name; if it is that of an add-on, take it from the config var that the add-on sets.",
        };
    }

    [GeneratedRegex(@"Temporary failure in name resolution|Name or service not known|nodename nor servname provided|No address associated with hostname|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|php_network_getaddresses", RegexOptions.CultureInvariant)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]+)|host='(?<host>[\w.-]+)'|getaddrinfo for (?<host>[\w.-]+) failed|Failed to resolve '(?<host>[\w.-]+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Host();
}
