using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Support;

/// <summary><c>slipway support-bundle</c>.</summary>
internal static class SupportBundleCommand
{
    private static readonly Argument<string?> App = new("APP") { Description = "The app; without one, the server alone.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "The file to write; else slipway-support.zip.", HelpName = "FILE" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("support-bundle", "Write one archive to hand to somebody else: checkup, explanations, diagnoses, logs, events; values of config vars and secrets are hidden.",
            ["slipway support-bundle blog", "slipway support-bundle -o server.zip"], WriteAsync, App, Output),
    ];

    private static async Task<int> WriteAsync(Invocation run, CancellationToken cancel)
    {
        var path = run.Get(App) is { } named ? Routes.Own(Invocation.Name<AppName>(named), "support-bundle") : "/slipway/server/support-bundle";
        var file = run.Get(Output) ?? "slipway-support.zip";
        using var answer = await run.Api.OpenAsync(new Uri(path, UriKind.Relative), cancel);
        await using (var from = await answer.Content.ReadAsStreamAsync(cancel))
        await using (var to = File.Create(file + ".part"))
            await from.CopyToAsync(to, cancel);
        File.Move(file + ".part", file, overwrite: true);
        run.Screen.Line($"{Visible.Text(file)}, {Visible.Bytes(new FileInfo(file).Length)}. Look through it before you give it away: it shows what the app wrote to its log.");
        return ExitCode.Success;
    }
}
