using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app answers, but not to its own name: Django's ALLOWED_HOSTS, Starlette's TrustedHostMiddleware.</summary>
internal sealed partial class HostRefused : Rule
{
    public override string Code => "host_refused";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Probe);

    public override Diagnosis? Look(Facts facts)
    {
        if (facts.Probe is not { Status: 400 } probe || !probe.Lines.Concat(facts.Log).Any(line => Refusal().IsMatch(line))) return null;
        var list = facts.SettingsFile is { } settings ? facts.Source.Line(settings, List()) : facts.Source.FindBySuffix(".py").Select(file => facts.Source.Line(file, List())).FirstOrDefault(line => line is not null);
        return Found($"{(list is null ? "The app's list of hosts" : list.Match.Groups["name"].Value)} does not have {facts.Host}") with
        {
            Cause = $"Requests come in for {facts.Host}, and the app refuses names that are not on its list.{Why(facts)}",
            Evidence = [Seen.Of(probe), .. list is null ? (Evidence[])[] : [facts.Source.At(list)]],
            Fix = list is null ? $"Add \"{facts.Host}\" to the hosts that the app answers to." : $"Add \"{facts.Host}\" to {list.Match.Groups["name"].Value} in {list.File}.",
            Action = list is null ? null : new FixAction { Files = [facts.Source.Edit(list, WithHost(list, facts.Host))] },
        };
    }

    private static string Why(Facts facts) => facts switch
    {
        { DjangoVersion: null } => "",
        { ConfigVars: var keys } when keys.Contains("SLIPWAY_SETTINGS_KEEP") => " Slipway would add it, but SLIPWAY_SETTINGS_KEEP says to leave the setting alone.",
        { ConfigVars: var keys } when keys.Contains("DJANGO_SETTINGS_MODULE") => " Slipway would add it, but DJANGO_SETTINGS_MODULE is a config var, which turns its settings layer off.",
        _ => "",
    };

    private static string WithHost(SourceLine list, string host)
    {
        var items = list.Match.Groups["items"];
        var quoted = $"\"{host}\"";
        var text = items.Value.Trim().Length == 0 ? quoted : $"{items.Value.TrimEnd().TrimEnd(',')}, {quoted}";
        return list.Text[..items.Index] + text + list.Text[(items.Index + items.Length)..];
    }

    [GeneratedRegex("DisallowedHost|Invalid HTTP_HOST header|Invalid host header|<h1>Bad Request \\(400\\)</h1>", RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();

    [GeneratedRegex(@"\b(?<name>ALLOWED_HOSTS|allowed_hosts)\s*=\s*[\[(](?<items>[^\])]*)[\])]", RegexOptions.CultureInvariant)]
    private static partial Regex List();
}
