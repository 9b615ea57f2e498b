using System.Globalization;
using System.Net;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>The names of apps lead here.</summary>
internal sealed class Domains : Check
{
    public override string Name => "dns";

    public override string Looked(ServerFacts facts) => facts.Domains.Count switch
    {
        0 => "no name but this machine's own",
        1 => facts.Domains[0].Name,
        var count => string.Create(CultureInfo.InvariantCulture, $"{count} names"),
    };

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        foreach (var domain in facts.Domains)
        {
            if (domain.Found is null or [])
                yield return Found("domain_unknown", $"{domain.Name} stands for no address") with
                {
                    Cause = $"{Of(domain)} cannot be reached by that name, and gets no certificate for it.",
                    Evidence = [Fact(domain.Name, domain.Trouble ?? "no address")],
                    Fix = $"Where the domain is managed, make an A record of it with this server's address{Own(facts)}; it takes up to an hour until all see it.{(domain.App is null ? " A record *." + facts.Domain + " serves all apps." : "")}",
                };
            else if (!domain.Found.Intersect(facts.Addresses).Any() && domain.App is not null)
                yield return Found("domain_elsewhere", $"{domain.Name} leads somewhere else", Confidence.Likely) with
                {
                    Cause = $"{Of(domain)} has that name, and visitors are sent to another machine. A proxy in front of this one (a CDN) looks the same.",
                    Evidence = [Fact(domain.Name, [.. domain.Found.Select(address => address.ToString())]), Fact("this server", [.. facts.Addresses.Select(address => address.ToString())])],
                    Fix = $"Unless a proxy of yours is there: make its A record this server's address{Own(facts)}.",
                };
        }
    }

    private static string Of(DomainFacts domain) => domain.App is { } app ? $"The app {app}" : "This server";

    private static string Own(ServerFacts facts) => facts.Addresses.FirstOrDefault(address => !IPAddress.IsLoopback(address)) is { } address ? $" ({address})" : "";
}
