using Slipway.Cli.Diagnoses;

namespace Slipway.Cli.Output;

/// <summary>The one place that shows failures: what, why, evidence, next, page, request id; to standard error.</summary>
internal static class ErrorPrinter
{
    public static void Print(Screen screen, Failure failure)
    {
        var (to, error) = (screen.Error, failure.Error);
        to.WriteLine($"{screen.ErrorRed("error:")} {screen.ErrorBold(Visible.Text(error.Message))}");
        if (error.Diagnosis is { } diagnosis)
        {
            DiagnosisPrinter.Print(screen, to, diagnosis, "slipway fix");
            return;
        }

        if (error.Step is { } step) Field(screen, "step", step);
        if (error.Why is { } why) Field(screen, "why", why);
        if (error.Evidence is { Count: > 0 } evidence)
        {
            foreach (var line in evidence) to.WriteLine($"  {screen.ErrorDim("│")} {Visible.LogText(line)}");
        }
        if (error.Next is { } next) Field(screen, "next", next);
        if (error.Url is { } url) Field(screen, "more", url);
        if (failure.RequestId is { } id) Field(screen, "request", $"{id} ({error.Id})");
    }

    /// <summary>A name and its text; further lines of the text are indented below the first.</summary>
    private static void Field(Screen screen, string name, string text)
    {
        var lines = text.TrimEnd().Split('\n');
        screen.Error.WriteLine($"  {screen.ErrorDim((name + ":").PadRight(8))} {Visible.LogText(lines[0])}");
        foreach (var line in lines.Skip(1)) screen.Error.WriteLine($"           {Visible.LogText(line)}");
    }
}
