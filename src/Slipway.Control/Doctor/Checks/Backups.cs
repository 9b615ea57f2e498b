using System.Globalization;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Doctor.Checks;

/// <summary>Each database has a backup that is there, and not old.</summary>
internal sealed class Backups : Check
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(8);

    /// <summary>A database of today has nothing yet that is worth a warning.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromDays(1);

    public override string Name => "backups";

    public override string Looked(ServerFacts facts) => facts.Backups.Count == 0 ? "no databases" : string.Create(CultureInfo.InvariantCulture, $"{facts.Backups.Count} databases");

    public override IEnumerable<Diagnosis> Look(ServerFacts facts)
    {
        foreach (var one in facts.Backups)
        {
            var capture = new FixAction { Command = ["backups", "capture", one.Addon, "--app", one.App] };
            if (one is { LastGood: not null, FileIsThere: false })
                yield return Found("backup_lost", $"The last backup of {one.Addon} is not on the disk") with
                {
                    Cause = "Slipway made it and remembers it, and its file is gone: it cannot be restored.",
                    Evidence = [Fact(one.Addon, $"made {one.LastGood:u}")],
                    Fix = "Make another, and find out what deletes files in the server's folder of backups.",
                    Action = capture,
                };
            else if (one.LastTrouble is { } trouble)
                yield return Found("backup_failed", $"The last backup of {one.Addon} failed") with
                {
                    Cause = one.LastGood is { } good ? $"The one before it, of {good:yyyy-MM-dd}, is all there is." : "There is no other.",
                    Evidence = [Fact(one.Addon, trouble.Split('\n'))],
                    Fix = "Mend what it says, and make another.",
                    Action = capture,
                };
            else if (one.LastGood is null && facts.Now - one.MadeAt > Young)
                yield return Found("backup_absent", $"{one.Addon} of {one.App} has no backup") with
                {
                    Cause = "None was ever made: what is lost now is lost.",
                    Evidence = [Fact(one.Addon, $"made {one.MadeAt:u}, and no backup since")],
                    Fix = "Make one, and have one made each day: heroku pg:backups:schedule DATABASE_URL --at '02:00 UTC'.",
                    Action = capture,
                };
            else if (one.LastGood is { } last && facts.Now - last > Old)
                yield return Found("backup_old", $"The last backup of {one.Addon} is {(facts.Now - last).Days} days old") with
                {
                    Cause = "What was written since is in one place only.",
                    Fix = "Make one, and have one made each day: heroku pg:backups:schedule DATABASE_URL --at '02:00 UTC'.",
                    Action = capture,
                };
        }
    }
}
