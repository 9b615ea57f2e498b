using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Diagnoses;

/// <summary><c>slipway diagnose</c> and <c>slipway fix</c>.</summary>
internal static class DiagnoseCommands
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "The folder that was deployed.", DefaultValueFactory = _ => "." };
    private static readonly Option<string> Deploy = new("--deploy") { Description = "Of this deploy, not of the last one.", HelpName = "ID" };
    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("diagnose", "Say why the last deploy failed; after one that went well, look at the app as it runs.",
            ["slipway diagnose", "slipway diagnose --json | jq -r .code"], DiagnoseAsync, CommonOptions.App, Deploy, CommonOptions.Json),
        tree.Command("fix", "Show what would mend the last failure, ask, do it, and deploy again.",
            ["slipway fix", "slipway fix shop --app shop --yes"], FixAsync, Folder, CommonOptions.App, Yes, CommonOptions.Verbose),
    ];

    private static async Task<int> DiagnoseAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        var (found, looked) = await FindAsync(run, app, run.Get(Deploy), cancel);
        if (run.Json)
        {
            run.PrintJson(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(found, ContractsJson.Default.Diagnosis));
            return ExitCode.Success;
        }
        if (found is null)
        {
            run.Screen.Line($"Nothing is known to be wrong with {run.Screen.Bold(app.Value)}.");
            foreach (var line in looked) run.Screen.Line("  " + Visible.Text(line));
            return ExitCode.Success;
        }
        DiagnosisPrinter.Print(run.Screen, run.Screen.Out, found, Apply(app));
        return ExitCode.Success;
    }

    private static Task<int> FixAsync(Invocation run, CancellationToken cancel) => FixRun.RunAsync(run, run.Get(Folder)!, run.Get(Yes), cancel);

    public static string Apply(AppName app) => $"slipway fix --app {app}";

    /// <summary>Of the named deploy; else of the last one if it failed; else of the app as it runs.</summary>
    public static async Task<(Diagnosis? Found, IReadOnlyList<string> Looked)> FindAsync(Invocation run, AppName app, string? named, CancellationToken cancel)
    {
        if (named is not null)
            return ((await run.Api.GetAsync(Routes.Own(app, "deploys", named) + "/diagnosis", ContractsJson.Default.StoredDiagnosis, cancel)).Value.Diagnosis, []);
        var deploys = await run.Api.GetAsync(Routes.Own(app, "deploys"), ContractsJson.Default.IReadOnlyListDeploy, cancel);
        if (deploys.Value.Count > 0 && deploys.Value[0] is { Error.Diagnosis: { } failed }) return (failed, []);
        var examined = await run.Api.SendAsync(HttpMethod.Post, Routes.Own(app, "diagnoses"), null, ContractsJson.Default.Examination, cancel);
        return (examined.Value.Found?.Diagnosis, examined.Value.Looked);
    }
}
