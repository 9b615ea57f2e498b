using Slipway.Contracts.Names;

namespace Slipway.Control.Builds;

/// <summary>
/// Chooses the kind of a source. Says what it found and why, and what it might have been as well; between two equals it
/// does not choose at all.
/// </summary>
internal static class Detection
{
    /// <returns>Null when no kind has a sign, or two have equal ones: then a finding says so.</returns>
    public static AppKind? Choose(Survey survey, IReadOnlyList<AppKind> kinds)
    {
        if (survey.Config.TryGetValue(Preflight.KindVariable, out var chosen) && !string.IsNullOrWhiteSpace(chosen)) return Named(survey, kinds, chosen.Trim());
        if (survey.Manifest.Find("kind") is { Value: string name } entry)
        {
            survey.Decide($"Kind: {name}, as {survey.Manifest.OriginOf(entry)} says");
            return kinds.Single(kind => kind.Name == name);
        }

        List<Candidate> candidates = [.. from kind in kinds let sign = kind.Recognize(survey) ?? ProgramOf(kind, survey) where sign is not null select new Candidate(kind, sign)];
        if (ByProcfile(survey, candidates) is { } candidate)
            return Take(survey, candidate, $"the web line of {survey.Procfile!.File} starts {survey.Procfile.WebProgram}", candidates);

        candidates = [.. candidates.OrderByDescending(one => one.Sign.Weight)];
        switch (candidates)
        {
            case []:
                return null;
            case [var first, var second, ..] when first.Sign.Weight == second.Sign.Weight:
                survey.Report(Ambiguous([.. candidates.TakeWhile(one => one.Sign.Weight == first.Sign.Weight)]));
                return null;
            default:
                return Take(survey, candidates[0], $"there is {candidates[0].Sign.Found}", candidates);
        }
    }

    private static Sign? ProgramOf(AppKind kind, Survey survey) =>
        survey.Procfile?.WebProgram is { } program && kind.Programs.Contains(program) ? new Sign(Weight.Slight, survey.Procfile.File) : null;

    private sealed record Candidate(AppKind Kind, Sign Sign);

    private static AppKind? Named(Survey survey, IReadOnlyList<AppKind> kinds, string name)
    {
        if (kinds.FirstOrDefault(kind => kind.Name == name) is { } kind)
        {
            survey.Decide($"Kind: {name}, as {Preflight.KindVariable} says");
            survey.Origins["kind"] = $"config var {Preflight.KindVariable}";
            return kind;
        }

        survey.Report(new Finding("unknown_kind", $"{Preflight.KindVariable} is {TypedName.Quote(name)}, which is no kind of app that Slipway knows.")
        {
            Why = $"The kinds are: {string.Join(", ", kinds.Select(one => one.Name))}.",
            Next = $"slipway config unset {Preflight.KindVariable}, or set it to one of these.",
        });
        return null;
    }

    /// <summary>Who writes a Procfile says what is to run: of several kinds, the one whose program its web line starts.</summary>
    private static Candidate? ByProcfile(Survey survey, IReadOnlyList<Candidate> candidates) =>
        survey.Procfile?.WebProgram is { } program && candidates.Where(one => one.Kind.Programs.Contains(program)).ToList() is [var only] ? only : null;

    private static AppKind Take(Survey survey, Candidate taken, string reason, IReadOnlyList<Candidate> candidates)
    {
        survey.Decide($"Kind: {taken.Kind.Name}, because {reason}");
        survey.Origins["kind"] = $"found: {reason}";
        foreach (var other in candidates.Where(one => one != taken))
            survey.Decide($"Not {other.Kind.Name}, though there is {other.Sign.Found}: the other says more (to have it so: slipway config set {Preflight.KindVariable}={other.Kind.Name})");
        return taken.Kind;
    }

    private static Finding Ambiguous(IReadOnlyList<Candidate> equals) => new("ambiguous_kind",
        $"This could be {string.Join(" or ", equals.Select(one => $"{one.Kind.Name} ({one.Sign.Found})"))}, and nothing says which.")
    {
        Why = "Slipway does not guess between two that are equally likely.",
        Next = $"Say which one it is: slipway config set {string.Join($", or {Preflight.KindVariable}=", equals.Select((one, at) => at == 0 ? $"{Preflight.KindVariable}={one.Kind.Name}" : one.Kind.Name))}",
    };
}
