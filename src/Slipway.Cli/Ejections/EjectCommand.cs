using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Ejections;

/// <summary><c>slipway eject</c>: an app as files that run it without Slipway.</summary>
internal static class EjectCommand
{
    private static readonly Argument<string> App = new("APP") { Description = "The app." };
    private static readonly Argument<string> Folder = new("DIR") { Description = "A folder to make: it must not be there, or be empty." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("eject", "Take an app out, with its data and its secrets: files that run it without Slipway, and a README that says how.",
            ["slipway eject blog ./blog-ejected"], EjectAsync, App, Folder),
    ];

    private static async Task<int> EjectAsync(Invocation run, CancellationToken cancel)
    {
        var app = Invocation.Name<AppName>(run.Get(App));
        using var folder = EjectionFolder.Begin(run.Get(Folder)!);
        Ejection ejection;
        await using (var status = new StatusLine(run.Screen))
        {
            status.Show($"Reading {app}");
            ejection = (await run.Api.SendAsync(HttpMethod.Post, Routes.Own(app, "ejection"), null, ContractsJson.Default.Ejection, cancel)).Value;
            folder.RequireRoom(ejection.Parts.Sum(part => part.Bytes ?? 0));
            foreach (var file in ejection.Files) folder.Write(file);
            foreach (var part in ejection.Parts) await BringAsync(run, folder, part, status, cancel);
        }

        folder.Keep();
        run.Screen.Line($"{run.Screen.Bold(app.Value)} v{ejection.Release} is in {Visible.Text(folder.Path)}:");
        foreach (var part in ejection.Parts) run.Screen.Line($"  {Visible.Text(part.Words)}, {Visible.Bytes(folder.LengthOf(part.Path))}");
        run.Screen.Line("  .env and the other settings: they hold its secrets, and only you may read them");
        run.Screen.Note($"How to run it, three ways: {Visible.Text(System.IO.Path.Combine(folder.Path, "README.md"))}");
        return ExitCode.Success;
    }

    private static async Task BringAsync(Invocation run, EjectionFolder folder, EjectedPart part, StatusLine status, CancellationToken cancel)
    {
        // It is asked for with the app's token: nothing else than this server's own address may be.
        if (!part.Url.StartsWith('/') || part.Url.StartsWith("//", StringComparison.Ordinal)) throw EjectionFolder.NotUnderstood(part.Path, "Its address is not on this server.");
        try
        {
            using var answer = await run.Api.OpenAsync(new Uri(part.Url, UriKind.Relative), cancel);
            await using var from = await answer.Content.ReadAsStreamAsync(cancel);
            await folder.WriteAsync(part, from, done => status.Show($"{Visible.Text(part.Words)}: {Visible.Bytes(done)}{(part.Bytes is { } all ? $" of {Visible.Bytes(all)}" : "")}"), cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new Failure(ExitCode.Failure, new SlipwayError("ejection_cut_off", $"{Visible.Text(part.Words)} did not come whole, and nothing was kept.")
            {
                Why = e.Message,
                Next = "Try again; slipway doctor says whether something is wrong with the server.",
            }, e);
        }
    }
}
