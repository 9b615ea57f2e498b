using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Instances;

/// <summary><c>slipway ps</c>, <c>restart</c>, <c>stop</c>, <c>scale</c>.</summary>
internal static class InstanceCommands
{
    private static readonly Argument<string?> OptionalName = new("NAME") { Description = "An instance (web.1) or a process type (web); all without it.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> InstanceName = new("NAME") { Description = "An instance: run.4821." };
    private static readonly Argument<string[]> Changes = new("TYPE=N[:SIZE]") { Description = "How many, and how big: web=3 worker=1:large.", Arity = ArgumentArity.ZeroOrMore };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("ps", "List the app's running instances.", ["slipway ps"], ListAsync, CommonOptions.App, CommonOptions.Json),
        tree.Command("scale", "Show or set how many instances of each process type run, and how big they are.",
            ["slipway scale", "slipway scale web=3 worker=1:large"], ScaleAsync, Changes, CommonOptions.App, CommonOptions.NoWait, CommonOptions.Json),
        tree.Command("restart", "Replace instances by new ones of the same release; no request fails.", ["slipway restart", "slipway restart web.1"], RestartAsync, OptionalName, CommonOptions.App),
        tree.Command("stop", "End a one-off instance; one that the formation asks for is started anew.", ["slipway stop run.4821"], StopAsync, InstanceName, CommonOptions.App),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel)
    {
        var instances = await run.Api.ListAsync(Routes.Of(run.App, "dynos"), ContractsJson.Default.IReadOnlyListDyno, cancel);
        return run.Show(instances, all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note($"No instance of {run.App} runs. A static site needs none; of any other app, slipway scale shows how many should.");
                return;
            }
            var now = DateTimeOffset.UtcNow;
            var table = new Table(new Column("NAME", 4), new("STATE", 4), new("FOR", 3, Right: true), new("RELEASE", 2), new("SIZE", 1), new("MEMORY", 3, Right: true), new("COMMAND", 0));
            foreach (var one in all.OrderBy(d => d.Type, StringComparer.Ordinal).ThenBy(d => d.Name.Length).ThenBy(d => d.Name, StringComparer.Ordinal))
            {
                table.Add(one.State switch { "up" => null, "crashed" => run.Screen.Red, _ => run.Screen.Yellow },
                    one.Name, one.State, Visible.Age(one.CreatedAt, now), $"v{one.Release.Version}", one.Size, one.MemoryBytes is { } bytes ? Visible.Bytes(bytes) : "", one.Command);
            }
            table.Write(run.Screen);
        });
    }

    private static async Task<int> ScaleAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        var changes = run.Get(Changes)!.Select(Parse).ToList();
        if (changes.Count == 0)
        {
            return run.Show(await run.Api.ListAsync(Routes.Of(app, "formation"), ContractsJson.Default.IReadOnlyListFormation, cancel), all => Write(run, all));
        }
        var answer = await run.Api.SendAsync(HttpMethod.Patch, Routes.Of(app, "formation"), new BatchFormationRequest(changes),
            ContractsJson.Default.BatchFormationRequest, ContractsJson.Default.IReadOnlyListFormation, cancel);
        if (!run.Get(CommonOptions.NoWait)) await ScaleWait.UntilUpAsync(run, app, [.. answer.Value.Where(f => changes.Any(c => c.Type == f.Type.Value))], cancel);
        return run.Show(answer, all => Write(run, all));
    }

    private static void Write(Invocation run, IReadOnlyList<Formation> formation)
    {
        if (formation.Count == 0)
        {
            run.Screen.Note("No process types yet: they come with the first deploy.");
            return;
        }
        var table = new Table(new Column("TYPE", 4), new("COUNT", 3, Right: true), new("SIZE", 2), new("COMMAND", 0));
        foreach (var one in formation) table.Add(one.Type.Value, one.Quantity.ToString(CultureInfo.InvariantCulture), one.Size, one.Command);
        table.Write(run.Screen);
    }

    /// <summary><c>web=3</c>, <c>worker=1:large</c>, <c>web=:large</c> (only the size).</summary>
    private static FormationUpdate Parse(string text)
    {
        var (type, rest) = text.Split('=', 2) is [var a, var b] ? (a, b) : throw Malformed(text);
        var (count, size) = rest.Split(':', 2) is [var c, var s] ? (c, s) : (rest, null);
        if (size is "" || (count.Length == 0 && size is null)) throw Malformed(text);
        int? quantity = null;
        if (count.Length > 0)
        {
            if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n > 100) throw Malformed(text);
            quantity = n;
        }
        return new FormationUpdate(Invocation.Name<ProcessType>(type).Value, quantity, size);
    }

    private static Failure Malformed(string text) =>
        Failure.Usage("invalid_scale", $"{TypedName.Quote(text)} does not say how to scale.", "It is TYPE=N or TYPE=N:SIZE, with N from 0 to 100.", "slipway scale web=3 worker=1:large");

    private static async Task<int> RestartAsync(Invocation run, CancellationToken cancel)
    {
        var app = run.App;
        var name = run.Get(OptionalName);
        await using (var line = new StatusLine(run.Screen))
        {
            line.Show("waiting until the new instances serve");
            await run.Api.SendAsync(HttpMethod.Delete, name is null ? Routes.Of(app, "dynos") : Routes.Of(app, "dynos", name), null, cancel);
        }
        run.Screen.Line($"Restarted {(name is null ? "every instance" : Visible.Text(name))} of {run.Screen.Bold(app.Value)}.");
        return ExitCode.Success;
    }

    private static async Task<int> StopAsync(Invocation run, CancellationToken cancel)
    {
        var name = run.Get(InstanceName)!;
        await run.Api.SendAsync(HttpMethod.Post, Routes.Of(run.App, "dynos", name) + "/actions/stop", null, cancel);
        run.Screen.Line($"Stopped {Visible.Text(name)} of {run.Screen.Bold(run.App.Value)}.");
        return ExitCode.Success;
    }
}
