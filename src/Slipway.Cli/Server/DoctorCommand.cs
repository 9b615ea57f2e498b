using Slipway.Cli.Api;
using Slipway.Cli.Diagnoses;
using Slipway.Cli.Output;
using Slipway.Contracts;

namespace Slipway.Cli.Server;

/// <summary><c>slipway doctor</c>.</summary>
internal static class DoctorCommand
{
    public static async Task<int> RunAsync(Invocation run, CancellationToken cancel)
    {
        var answer = await run.Api.GetAsync(Routes.Checkup, ContractsJson.Default.Checkup, cancel);
        var found = answer.Value.Parts.SelectMany(part => part.Found).ToList();
        run.Show(answer, checkup =>
        {
            foreach (var part in checkup.Parts)
                run.Screen.Line($"{(part.Found.Count == 0 ? "ok     " : "WRONG  ")}{part.Name.PadRight(13)} {run.Screen.Dim(Visible.Text(part.Looked))}");
            foreach (var diagnosis in found)
            {
                run.Screen.Line("");
                // A command of slipway's is printed whole: each names its app.
                DiagnosisPrinter.Print(run.Screen, run.Screen.Out, diagnosis, apply: null);
            }
        });
        return found.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}
