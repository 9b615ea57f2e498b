using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;

namespace Slipway.Control.Diagnoses;

/// <summary>
/// What is said when no rule knows the cause. Many failures are refusals of Slipway's own, which say why by themselves; of
/// the others only what was seen is known, and that is said.
/// </summary>
internal static class Unruled
{
    private const int LogLines = 20;

    /// <summary>Failures that tell what was seen and not why.</summary>
    private static readonly HashSet<string> Symptoms =
    [
        "instance_exited", "instance_failed", "boot_timeout", "app_answers_with_error", "build_failed", "pip_failed", "package_build_failed", "release_command_failed",
        "post_deploy_command_failed", "settings_failed", "django_failed", "collectstatic_failed", "build_command_failed", "public_url_not_verified",
    ];

    public static bool IsSymptom(SlipwayError failure) => Symptoms.Contains(failure.Id);

    public static Diagnosis Of(Facts facts, SlipwayError failure) => IsSymptom(failure) ? Unsure(facts, failure) : Told(facts, failure);

    private static Diagnosis Told(Facts facts, SlipwayError failure) => new(failure.Id, failure.Message)
    {
        Confidence = Confidence.Certain,
        Happened = failure.Message,
        Cause = failure.Why ?? "",
        Fix = failure.Next ?? "",
        Evidence =
        [
            .. facts.Findings.Where(finding => finding.File is not null).Select(finding => facts.Source.At(finding.File!, finding.Line)),
            .. facts.Findings.Count == 0 && failure.Evidence is { Count: > 0 } lines ? (Evidence[])[new Evidence(EvidenceKind.Log, "What it said", [.. lines.TakeLast(LogLines)])]
                // About no file and from no log: what there is to look at is what is there, or what was done last.
                : facts.Findings.Count > 0 && facts.Findings.All(finding => finding.File is null) ? [new Evidence(EvidenceKind.File, "the source holds", [.. facts.Source.Names("").Take(LogLines)])]
                : facts.Findings.Count == 0 && facts.Log.Count > 0 ? [new Evidence(EvidenceKind.Log, "the end of the log", [.. facts.Log.TakeLast(LogLines)])]
                : [],
        ],
    };

    private static Diagnosis Unsure(Facts facts, SlipwayError failure)
    {
        var last = facts.Tracebacks.Count > 0 ? facts.Tracebacks[^1] : null;
        return new Diagnosis(failure.Id, last is null ? "No rule knows this failure" : $"No rule knows this failure; the last error was {last.Type}")
        {
            Confidence = Confidence.Unsure,
            Cause = failure.Why ?? "Not known. What follows is what was seen, the most telling first.",
            Fix = failure.Next ?? "",
            Evidence = [.. Seen.At(facts)],
        };
    }
}
