using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Cron;

/// <summary><c>slipway cron</c>.</summary>
internal static class CronCommands
{
    private static readonly Argument<string> Name = new("NAME") { Description = "Name of an entry, as slipway cron lists it." };
    private static readonly Argument<string> Only = new("NAME") { Description = "Only the runs of this entry.", Arity = ArgumentArity.ZeroOrOne };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("cron", "List what app.json has run at times, when it is next, and how it last ended.", ["slipway cron"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("runs", "List runs, newest first, and what was not run and why.", ["slipway cron runs", "slipway cron runs clearsessions"], RunsAsync, Only, CommonOptions.App, CommonOptions.Json),
            tree.Command("run", "Run an entry now.", ["slipway cron run clearsessions"], RunAsync, Name, CommonOptions.App, CommonOptions.Json)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Own(run.App, "cron"), ContractsJson.Default.IReadOnlyListCronJob, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note("""Nothing. In app.json: "cron": [{"command": "python manage.py clearsessions", "schedule": "0 3 * * *"}]""");
                return;
            }

            var table = new Table(new Column("NAME", 3), new("SCHEDULE", 2), new("NEXT", 2), new("LAST", 2), new("OVERLAP", 0), new("COMMAND", 1));
            foreach (var job in all)
            {
                var next = job.NextAt is { } at ? $"{at.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture)} ({job.TimeZone})" : "never";
                table.Add(job.Name, job.Schedule, next, job.Last is { } last ? Ended(last) : "", job.Overlap, job.Command);
            }

            table.Write(run.Screen);
        });

    private static async Task<int> RunsAsync(Invocation run, CancellationToken cancel)
    {
        var path = Routes.Own(run.App, "cron/runs") + (run.Get(Only) is { } name ? "?name=" + Uri.EscapeDataString(name) : "");
        return run.Show(await run.Api.ListAsync(path, ContractsJson.Default.IReadOnlyListCronRun, cancel), all =>
        {
            if (all.Count == 0) run.Screen.Note("None yet.");
            else
            {
                var table = new Table(new Column("RUN", 3), new("NAME", 2), new("DUE (UTC)", 2), new("RELEASE", 0), new("RESULT", 2), new("NOTE", 1));
                foreach (var one in all)
                {
                    table.Add(
                        one.Instance, one.Name, one.DueAt is { } due ? due.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "by hand",
                        one.Release is { } release ? $"v{release}" : "", Ended(one), one.Note ?? "");
                }

                table.Write(run.Screen);
            }
        });
    }

    private static async Task<int> RunAsync(Invocation run, CancellationToken cancel)
    {
        var answer = await run.Api.SendAsync(HttpMethod.Post, Routes.Own(run.App, "cron", run.Get(Name)!) + "/run", null, ContractsJson.Default.CronRun, cancel);
        return run.Show(answer, asked =>
        {
            run.Screen.Line($"Started {run.Screen.Bold(asked.Name)} as {asked.Instance}.");
            run.Screen.Note($"slipway logs -f --ps {asked.Instance} --app {run.App}");
        });
    }

    /// <summary><c>succeeded in 2.1 s</c></summary>
    private static string Ended(CronRun run)
    {
        var took = run is { StartedAt: { } started, FinishedAt: { } finished } ? string.Create(CultureInfo.InvariantCulture, $" in {Math.Max(0, (finished - started).TotalSeconds):0.0} s") : "";
        return run is { State: "failed", ExitCode: { } code } ? $"failed ({code}){took}" : run.State + took;
    }
}
