using System.Globalization;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>Certificates, sessions, cron and logs go by the clock.</summary>
internal sealed class Clock : Check
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    public override string Name => "clock";

    public override string Looked(ServerFacts facts) => facts.Now.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        if (facts.NewestEvent is { } newest && newest > facts.Now + Tolerance)
            yield return Found("clock_set_back", "The clock is behind the newest event") with
            {
                Cause = "It was set back, or was wrong before: certificates are refused, cron commands run twice or not at all, logs are out of order.",
                Evidence = [Fact("times", $"now    {facts.Now:u}", $"event  {newest:u}")],
                Fix = "Set it right, and keep it right: apt-get install systemd-timesyncd (or chrony).",
            };
        if (facts.ClockIsKept == false)
            yield return Found("clock_not_kept", "Nothing keeps the clock right", Confidence.Likely) with
            {
                Cause = "The kernel says that no time service has set it. It drifts by seconds a day, until certificates are refused.",
                Evidence = [Fact("kernel", "adjtimex: the clock is not synchronized")],
                Fix = "apt-get install systemd-timesyncd (or chrony). In a container or virtual machine, the host's clock counts.",
            };
    }
}
