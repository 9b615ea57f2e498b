using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses;

/// <summary>From facts to the one diagnosis that everybody is shown. It knows nothing but what it is given.</summary>
internal static class Diagnostician
{
    /// <returns>Null when nothing failed and no rule knows of anything wrong.</returns>
    public static Diagnosis? Diagnose(Facts facts)
    {
        // Rules are ordered from causes to what follows from them: the first to match is the root.
        var found = KnownRules.All
            .Where(rule => rule.Stages.Contains(facts.Stage))
            .Select(rule => rule.Look(facts))
            .OfType<Diagnosis>()
            .OrderByDescending(one => one.Confidence)
            .ToList();
        // A refusal of Slipway's own says its cause; what a rule only thinks likely does not know better.
        var root = found.Count > 0 && (found[0].Confidence == Confidence.Certain || facts.Failure is null || Unruled.IsSymptom(facts.Failure)) ? found[0]
            : facts.Failure is { } failure ? Unruled.Of(facts, failure) : null;
        if (root is null) return null;
        return root with
        {
            Stage = facts.Stage,
            Happened = root.Happened.Length > 0 ? root.Happened : facts.Failure?.Message ?? "",
            Page = $"docs/diagnosis.md#{root.Code}",
            Follows = [.. root.Follows, .. found.Where(one => one != root).Select(one => one.Title)],
        };
    }
}
