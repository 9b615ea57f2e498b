using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>It needs somebody at its start whom it cannot reach: the kernel still waits for an answer, or has given up.</summary>
internal sealed partial class WaitsForAnswer : Rule
{
    public override string Code => "waits_for_answer";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Boot);

    public override Diagnosis? Look(Facts facts) => Waiting(facts) ?? GaveUp(facts) ?? NodeGaveUp(facts);

    private Diagnosis? Waiting(Facts facts)
    {
        if (facts.Instance is not { Exit: null, Listening.Count: 0, Connecting: [var waits, ..] } instance) return null;
        return Unreachable(facts, waits) with
        {
            Cause = $"It has asked for that connection before it listens itself, and after {instance.Age:0} s there was no answer: nothing is at that address, or a firewall is between.",
            Evidence = [Seen.Sockets(instance), .. Seen.End(facts) is { } end ? (Evidence[])[end] : []],
        };
    }

    private Diagnosis? GaveUp(Facts facts)
    {
        if (facts.Tracebacks.LastOrDefault(one => one.Own is not null && NoWay().IsMatch($"{one.Type}: {one.Message}")) is not { } traceback) return null;
        var own = traceback.Own!;
        var address = Address().Match(own.Code) is { Success: true } at ? $"{at.Groups["host"].Value}:{at.Groups["port"].Value}" : "an address that it needs";
        return Unreachable(facts, address) with
        {
            Cause = $"It asks for that connection as it starts, in {own.Path}, line {own.Line}, and the kernel says: {traceback.Message}. Nothing is at that address, or a firewall is between.",
            Evidence = [facts.Source.At(own.Path!, own.Line), Seen.Of(traceback)],
        };
    }

    private Diagnosis? NodeGaveUp(Facts facts)
    {
        if (facts.Lines.Select(line => NodeNoWay().Match(line)).LastOrDefault(match => match.Success) is not { } said) return null;
        return Unreachable(facts, said.Groups["address"].Value) with
        {
            Cause = $"It asks for that connection as it starts, and the kernel says {said.Groups["why"].Value}. Nothing is at that address, or a firewall is between.",
            Evidence = [Seen.Lines(facts, line => NodeNoWay().IsMatch(line)), .. Seen.End(facts) is { } end ? (Evidence[])[end] : []],
        };
    }

    private Diagnosis Unreachable(Facts facts, string address)
    {
        var service = Service.OfPort(address[(address.LastIndexOf(':') + 1)..]);
        return Found($"The app cannot start without {service?.Name ?? "a service"} at {address}, which does not answer") with
        {
            Fix = service is not null && !facts.Addons.Contains(service.Addon)
                ? $"If it has no server of its own, Slipway has one: slipway addons create {service.Addon} sets {service.Variable}; have the app read that."
                : "Check the address, and that it may be reached from this server; give the app's own connection attempt a time limit.",
        };
    }

    [GeneratedRegex(@"^TimeoutError\b|\[Errno (?:101|110|113)\]", RegexOptions.CultureInvariant)]
    private static partial Regex NoWay();

    [GeneratedRegex(@"\bconnect (?<why>ETIMEDOUT|EHOSTUNREACH|ENETUNREACH) (?<address>[\w.:-]+:\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex NodeNoWay();

    [GeneratedRegex("""['"](?<host>[\w.-]+)['"],\s*(?:port\s*=\s*)?(?<port>\d{2,5})""", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
