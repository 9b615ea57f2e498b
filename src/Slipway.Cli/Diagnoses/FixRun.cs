using System.Security.Cryptography;
using System.Text;
using Slipway.Cli.Api;
using Slipway.Cli.Deploys;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Diagnoses;

/// <summary>One run of <c>slipway fix</c>: shows what it would do, asks, does it, deploys.</summary>
internal static class FixRun
{
    private const int RandomBytes = 32;

    public static async Task<int> RunAsync(Invocation run, string folder, bool agreed, CancellationToken cancel)
    {
        folder = Path.GetFullPath(folder);
        var app = run.NamedApp ?? Apps.AppLink.Find(folder, run.Server)?.App ?? run.App;
        var (diagnosis, _) = await DiagnoseCommands.FindAsync(run, app, null, cancel);
        if (diagnosis is null)
        {
            run.Screen.Line($"Nothing is known to be wrong with {run.Screen.Bold(app.Value)}.");
            return ExitCode.Success;
        }

        DiagnosisPrinter.Print(run.Screen, run.Screen.Error, diagnosis, apply: null);
        if (diagnosis.Action is not { } action)
            throw new Failure(ExitCode.Failure, new SlipwayError("no_mechanical_fix", "This is for you to mend: no command or patch of Slipway's can.")
            {
                Next = diagnosis.Fix,
            });
        // All of it is looked at before any of it is done.
        var files = action.Files.Select(edit => FileChange.Plan(folder, edit)).ToList();
        if (!agreed) await AskAsync(run, app, cancel);
        var config = await ValuesAsync(run, action.Config, cancel);

        foreach (var file in files)
        {
            file.Apply();
            run.Screen.Note($"Changed {file.Path}.");
        }

        if (config.Count > 0)
        {
            var answer = await run.Api.SendAsync(
                HttpMethod.Patch, Routes.Of(app, "config-vars"), config!, ContractsJson.Default.IReadOnlyDictionaryStringString, ContractsJson.Default.IReadOnlyDictionaryStringString, cancel);
            run.Screen.Note($"Changed the config var{(config.Count == 1 ? "" : "s")} {string.Join(", ", config.Keys)}.");
            await SettleAsync(run, app, answer.DeployId, cancel);
        }

        if (action.Command.Count > 0)
        {
            run.Screen.Note($"$ slipway {string.Join(' ', action.Command)} --app {app}");
            var status = await new CommandTree(run.Screen).Build().Parse([.. action.Command, "--app", app.Value]).InvokeAsync(
                new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = run.Screen.Out, Error = run.Screen.Error }, cancel);
            if (status != ExitCode.Success) return status;
        }

        await DeployCommands.DeployAsync(run, app, folder, cancel);
        return ExitCode.Success;
    }

    /// <summary>The release that serves is made anew with the config vars, before the folder is deployed; how that ends does not matter here: what is wrong with it may be what is being mended.</summary>
    private static async Task SettleAsync(Invocation run, AppName app, Guid? deploy, CancellationToken cancel)
    {
        if (deploy is not { } id) return;
        await using var view = DeployView.For(run, everyLine: false);
        await new DeployFollower(run.Api, Routes.Deploy(app, id) + "/events", $"slipway deploys --app {app}", view, TimeProvider.System).FollowAsync(cancel);
    }

    private static async Task AskAsync(Invocation run, AppName app, CancellationToken cancel)
    {
        if (run.Screen.CanAsk && await Question.AskAsync(run.Screen, $"Do this, and deploy to {app}? [y/N] ", cancel) is "y" or "Y" or "yes") return;
        throw new Failure(ExitCode.Usage, new SlipwayError("not_confirmed", "Nothing was done.")
        {
            Why = run.Screen.CanAsk ? null : "Nobody is here to be asked: standard input is not a terminal.",
            Next = $"slipway fix --app {app} --yes",
        });
    }

    private static async Task<Dictionary<string, string?>> ValuesAsync(Invocation run, IReadOnlyList<ConfigEdit> edits, CancellationToken cancel)
    {
        var values = new Dictionary<string, string?>();
        foreach (var edit in edits)
        {
            var key = Invocation.Name<ConfigKey>(edit.Key);
            values[key.Value] = edit.Source switch
            {
                ConfigSource.Given => edit.Value,
                ConfigSource.Random => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes)),
                ConfigSource.Unset => null,
                _ when run.Screen.CanAsk => await Question.AskSecretAsync(run.Screen, $"{key} = ", cancel),
                _ => throw new Failure(ExitCode.Usage, new SlipwayError("value_needed", $"Only you know the value of {key}.") { Next = $"slipway config set {key}=VALUE, then: slipway deploy" }),
            };
        }

        return values;
    }
}

/// <summary>One file as it is about to be changed.</summary>
internal sealed record FileChange(string Path, string Target, FileEdit Edit)
{
    /// <exception cref="Failure">It is outside of the folder, or another file than the one that was deployed.</exception>
    public static FileChange Plan(string folder, FileEdit edit)
    {
        var target = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, edit.Path));
        // The server says which file; that it is one of this folder's is decided here.
        if (!target.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal) || LeadsOut(folder, edit.Path)) throw Differs(edit, "It is outside of the folder.");
        var there = File.Exists(target) ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(target))) : null;
        if (there != edit.Before) throw Differs(edit, there is null ? "It is not there." : "It is not the file that was deployed: it was changed since, or this is another folder.");
        return new FileChange(edit.Path, target, edit);
    }

    public void Apply()
    {
        if (Edit.After is { } text)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Target)!);
            var aside = Target + ".slipway-fix";
            File.WriteAllText(aside, text, new UTF8Encoding(false));
            if (File.Exists(Target)) File.SetUnixFileMode(aside, File.GetUnixFileMode(Target));
            File.Move(aside, Target, overwrite: true);
        }

        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (Edit.Executable is { } executable) File.SetUnixFileMode(Target, executable ? File.GetUnixFileMode(Target) | execute : File.GetUnixFileMode(Target) & ~execute);
    }

    private static bool LeadsOut(string folder, string path)
    {
        var at = folder;
        foreach (var part in path.Split('/'))
        {
            at = System.IO.Path.Combine(at, part);
            if (new FileInfo(at).LinkTarget is not null) return true;
        }

        return false;
    }

    private static Failure Differs(FileEdit edit, string why) => new(ExitCode.Failure, new SlipwayError("fix_does_not_fit", $"{edit.Path} was not changed, and nothing else was done.")
    {
        Why = why,
        Next = "Run it in the folder that you deployed, as it was then; or make the change by hand, and: slipway deploy",
        Evidence = edit.Diff,
    });
}
