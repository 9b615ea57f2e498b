using System.Globalization;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>Apps get rid of their mail: the relay runs, and what is to go to the smarthost goes.</summary>
internal sealed class Mail : Check
{
    /// <summary>A smarthost that asks to come again later (greylisting) means minutes.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromHours(1);

    public override string Name => "mail";

    public override string Looked(ServerFacts facts) =>
        !facts.Mail.IsNeeded ? "no app that could send" : string.Create(CultureInfo.InvariantCulture, $"the relay, and {facts.Mail.Waiting} messages that wait for the smarthost");

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        if (facts.Mail is { IsNeeded: true, RelayRuns: false } && facts.Daemons.Runner is not null)
            yield return Found("mail_relay_away", "The mail relay does not run") with
            {
                Cause = "Apps cannot hand over their mail: what they send now fails in them. After an installation its stack is built first, which takes a minute.",
                Evidence = [Fact("instances", $"no running instance of {Control.Mail.MailRelay.Name}")],
                Fix = "Look again in a minute. If it stays, slipwayd's log says why it cannot be started: journalctl -u slipwayd.",
            };
        if (facts.Mail.Oldest is { } oldest && facts.Now - oldest > Stuck)
            yield return Found("mail_stuck", $"Mail waits for the smarthost since {oldest:u}") with
            {
                Cause = "The smarthost does not take it. It is tried for a day from when it was sent; what did not go by then has failed, and can be sent again by hand.",
                Evidence = [Fact("what the smarthost said last", facts.Mail.Answer ?? "nothing: there was no connection")],
                Fix = "Mend what it says; slipway server smarthost test ADDRESS sends a message now and shows what the smarthost says.",
            };
    }
}
