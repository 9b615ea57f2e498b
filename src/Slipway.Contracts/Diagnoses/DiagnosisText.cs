namespace Slipway.Contracts.Diagnoses;

/// <summary>What a line of a diagnosis is, for whoever paints it.</summary>
public enum DiagnosisLineKind { Title, Field, Quote }

/// <param name="Label">Of a field: <c>cause</c>; empty for the lines that go on below it.</param>
public readonly record struct DiagnosisLine(DiagnosisLineKind Kind, string Label, string Text);

/// <summary>A diagnosis as lines of text: the one order in which the command line, a failed push and a log tell it.</summary>
public static class DiagnosisText
{
    /// <param name="apply">The command that applies the fix; null to leave it out.</param>
    public static IEnumerable<DiagnosisLine> Lines(Diagnosis diagnosis, string? apply)
    {
        yield return new(DiagnosisLineKind.Title, "", diagnosis.Confidence == Confidence.Likely ? $"{diagnosis.Title} (likely)" : diagnosis.Title);
        foreach (var line in Field("happened", diagnosis.Happened)) yield return line;
        foreach (var line in Field("cause", diagnosis.Cause)) yield return line;
        foreach (var evidence in diagnosis.Evidence)
        {
            foreach (var line in Field("see", evidence.Title)) yield return line;
            foreach (var line in evidence.Lines) yield return new(DiagnosisLineKind.Quote, "", line);
        }

        foreach (var follows in diagnosis.Follows)
            foreach (var line in Field("follows", follows)) yield return line;
        foreach (var line in Field("fix", diagnosis.Fix)) yield return line;
        if (diagnosis.Action is { } action)
        {
            foreach (var line in Lines(action)) yield return line;
            foreach (var line in Field("apply", apply)) yield return line;
        }

        foreach (var line in Field("more", diagnosis.Page)) yield return line;
        foreach (var line in Field("code", diagnosis.Code)) yield return line;
    }

    /// <summary>What applying it would do.</summary>
    public static IEnumerable<DiagnosisLine> Lines(FixAction action)
    {
        foreach (var line in action.Files.SelectMany(file => file.Diff)) yield return new(DiagnosisLineKind.Quote, "", line);
        foreach (var config in action.Config)
            yield return new(DiagnosisLineKind.Quote, "", config.Source switch
            {
                ConfigSource.Unset => $"slipway config unset {config.Key}",
                ConfigSource.Given => $"slipway config set {config.Key}={config.Value}",
                ConfigSource.Random => $"slipway config set {config.Key}=(a new random value)",
                _ => $"slipway config set {config.Key}=(you are asked for it)",
            });
        if (action.Command.Count > 0) yield return new(DiagnosisLineKind.Quote, "", $"slipway {string.Join(' ', action.Command)}");
    }

    private static IEnumerable<DiagnosisLine> Field(string label, string? text) => string.IsNullOrEmpty(text)
        ? []
        : text.Split('\n').Select((line, at) => new DiagnosisLine(DiagnosisLineKind.Field, at == 0 ? label : "", line));
}
