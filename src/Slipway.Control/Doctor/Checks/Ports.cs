using System.Globalization;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>What should listen answers.</summary>
internal sealed class Ports : Check
{
    public override string Name => "ports";

    public override string Looked(ServerFacts facts) => string.Join(", ", facts.Ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"{port.Name} on {port.Port}")));

    public override IEnumerable<Diagnosis> Look(ServerFacts facts) => facts.Ports.Where(port => port.Trouble is not null).Select(port =>
        Found("port_silent", string.Create(CultureInfo.InvariantCulture, $"{port.Name} does not answer on port {port.Port}")) with
        {
            Cause = "What listens there ended, never got the port because another program has it, or answers something else.",
            Evidence = [Fact($"127.0.0.1:{port.Port}", port.Trouble!)],
            Fix = string.Create(CultureInfo.InvariantCulture, $"ss -ltnp 'sport = :{port.Port}' says who has it. Then run bin/up again: it starts what does not run."),
        });
}
