using Slipway.Cli.Output;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Cli.Diagnoses;

/// <summary>Shows a diagnosis, the same lines in the same order wherever it is shown.</summary>
internal static class DiagnosisPrinter
{
    private const string Indent = "           ";

    /// <param name="apply">The command that applies the fix; null to leave it out.</param>
    public static void Print(Screen screen, TextWriter to, Diagnosis diagnosis, string? apply)
    {
        foreach (var line in DiagnosisText.Lines(diagnosis, apply)) Print(screen, to, line);
    }

    public static void Print(Screen screen, TextWriter to, DiagnosisLine line) => to.WriteLine(line.Kind switch
    {
        DiagnosisLineKind.Title => screen.ErrorBold(Visible.Text(line.Text)),
        DiagnosisLineKind.Quote => $"  {screen.ErrorDim("│")} {Visible.LogText(line.Text)}",
        _ when line.Label.Length == 0 => Indent + Visible.LogText(line.Text),
        _ => $"  {screen.ErrorDim((line.Label + ":").PadRight(Indent.Length - 3))} {Visible.LogText(line.Text)}",
    });
}
