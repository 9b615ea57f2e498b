using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Backups;

/// <summary><c>slipway backups</c>: of PostgreSQL databases.</summary>
internal static class BackupCommands
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private static readonly Argument<string> Database = new("DATABASE") { Description = "Name of an add-on or attachment.", DefaultValueFactory = _ => "DATABASE" };
    private static readonly Argument<string> Backup = new("BACKUP") { Description = "b001, as slipway backups lists it." };
    private static readonly Argument<string> From = new("FROM") { Description = "b001, or a file made by pg_dump --format=custom." };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "The file to write; else latest.dump.", HelpName = "FILE" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("backups", "List backups and restores of the app's databases.", ["slipway backups", "slipway backups capture"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("capture", "Make a backup on the server's disk, and prove that it can be read.", ["slipway backups capture", "slipway backups capture REPORTS"], CaptureAsync, Database, CommonOptions.App, CommonOptions.Json),
            tree.Command("download", "Bring a backup here.", ["slipway backups download b001 -o blog.dump"], DownloadAsync, Backup, Output, CommonOptions.App),
            tree.Command("restore", "Replace what is in a database by a backup.", ["slipway backups restore b001 --confirm blog", "slipway backups restore blog.dump"], RestoreAsync, From, Database, CommonOptions.App, CommonOptions.Confirm),
            tree.Command("delete", "Delete a backup.", ["slipway backups delete b001"], DeleteAsync, Backup, CommonOptions.App)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Transfers(run.App), ContractsJson.Default.IReadOnlyListTransfer, cancel), all =>
        {
            if (all.Count == 0) run.Screen.Note("No backups yet: slipway backups capture");
            if (all.Count == 0) return;
            var table = new Table(new Column("ID", 3), new("WHEN", 2), new("FROM", 1), new("TO", 1), new("SIZE", 1, Right: true), new("STATUS", 2));
            foreach (var one in all.OrderByDescending(one => one.CreatedAt)) table.Add(IdOf(one), Visible.Time(one.CreatedAt), one.FromName, one.ToName, Visible.Bytes(one.ProcessedBytes), Status(one));
            table.Write(run.Screen);
        });

    private static async Task<int> CaptureAsync(Invocation run, CancellationToken cancel)
    {
        var addon = await FindAsync(run, cancel);
        var asked = await run.Api.SendAsync(HttpMethod.Post, $"/client/v11/databases/{addon.Id}/backups", null, ContractsJson.Default.Transfer, cancel);
        var done = await EndAsync(run, run.App, asked, "The backup failed; what was there before is as it was.", cancel);
        return run.Show(done, one => run.Screen.Line($"{run.Screen.Bold(IdOf(one))} of {addon.Name}, {Visible.Bytes(one.ProcessedBytes)}."));
    }

    private static async Task<int> DownloadAsync(Invocation run, CancellationToken cancel)
    {
        var file = run.Get(Output) ?? "latest.dump";
        var url = await AddressAsync(run, run.Get(Backup)!, cancel);
        using var answer = await run.Api.OpenAsync(url, cancel);
        await using (var from = await answer.Content.ReadAsStreamAsync(cancel))
        await using (var to = File.Create(file + ".part"))
            await from.CopyToAsync(to, cancel);
        File.Move(file + ".part", file, overwrite: true);
        run.Screen.Line($"{Visible.Text(file)}, {Visible.Bytes(new FileInfo(file).Length)}.");
        return ExitCode.Success;
    }

    private static async Task<int> RestoreAsync(Invocation run, CancellationToken cancel)
    {
        var (app, from, addon) = (run.App, run.Get(From)!, await FindAsync(run, cancel));
        await Confirmation.AskAsync(run, app, $"This replaces what is in {addon.Name} of {app}.", $"slipway backups restore {Visible.Text(from)} --app {app}", cancel);
        Answer<Transfer> asked;
        if (File.Exists(from))
        {
            asked = await UploadAsync(run, app, addon, from, cancel);
        }
        else
        {
            var url = await AddressAsync(run, from, cancel);
            asked = await run.Api.SendAsync(HttpMethod.Post, $"/client/v11/databases/{addon.Id}/restores", new RestoreRequest(url.ToString()), ContractsJson.Default.RestoreRequest, ContractsJson.Default.Transfer, cancel);
        }

        var done = (await EndAsync(run, app, asked, "The restore failed.", cancel)).Value;
        run.Screen.Line($"{run.Screen.Bold(addon.Name)} is as in the backup{(done.Warnings > 0 ? $", but for {done.Warnings} statements that failed" : "")}.");
        return ExitCode.Success;
    }

    private static async Task<int> DeleteAsync(Invocation run, CancellationToken cancel)
    {
        await run.Api.SendAsync(HttpMethod.Delete, $"{Routes.Transfers(run.App)}/{NumberOf(run.Get(Backup)!)}", null, cancel);
        run.Screen.Line($"{run.Get(Backup)} is gone.");
        return ExitCode.Success;
    }

    /// <summary>Replaces what is in a database by what is in a file.</summary>
    /// <exception cref="Failure">It was not restored.</exception>
    public static async Task<Answer<Transfer>> RestoreAsync(Invocation run, AppName app, Addon addon, string file, CancellationToken cancel) =>
        await EndAsync(run, app, await UploadAsync(run, app, addon, file, cancel), "The database could not be restored.", cancel);

    private static async Task<Answer<Transfer>> UploadAsync(Invocation run, AppName app, Addon addon, string file, CancellationToken cancel)
    {
        await using var dump = File.OpenRead(file);
        return await run.Api.SendAsync(HttpMethod.Post, Routes.Own(app, "addons", addon.Name) + "/restores", new StreamContent(dump), ContractsJson.Default.Transfer, cancel);
    }

    private static async Task<Uri> AddressAsync(Invocation run, string id, CancellationToken cancel)
    {
        var backup = (await run.Api.GetAsync($"{Routes.Transfers(run.App)}/{NumberOf(id)}", ContractsJson.Default.Transfer, cancel)).Value;
        return backup.ToUrl is { } url ? new Uri(url) : throw new Failure(ExitCode.Failure, new SlipwayError("not_a_backup", $"{Visible.Text(id)} is not a backup that was finished.") { Next = "slipway backups" });
    }

    private static async Task<Addon> FindAsync(Invocation run, CancellationToken cancel) =>
        (await run.Api.GetAsync(Routes.Of(run.App, "addons", run.Get(Database)!), ContractsJson.Default.Addon, cancel)).Value;

    private static async Task<Answer<Transfer>> EndAsync(Invocation run, AppName app, Answer<Transfer> asked, string failed, CancellationToken cancel)
    {
        while (asked.Value.FinishedAt is null)
        {
            await Task.Delay(Poll, cancel);
            asked = await run.Api.GetAsync($"{Routes.Transfers(app)}/{asked.Value.Uuid}", ContractsJson.Default.Transfer, cancel);
        }

        if (asked.Value.Succeeded is true) return asked;
        throw new Failure(ExitCode.Failure, new SlipwayError("transfer_failed", failed) { Why = asked.Value.Logs.LastOrDefault()?.Message, Evidence = [.. asked.Value.Logs.TakeLast(20).Select(line => line.Message)] });
    }

    private static int NumberOf(string id) =>
        int.TryParse(id.TrimStart('b', 'a', 'r', 'c'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Failure.Usage("no_backup", $"{TypedName.Quote(id)} is neither a backup nor a file.", next: "slipway backups");

    /// <summary>As Heroku's client calls them.</summary>
    private static string IdOf(Transfer one) => $"{(one.ToType == "pg_restore" ? one.FromType == "pg_dump" ? "c" : "r" : one.Schedule is null ? "b" : "a")}{one.Num:000}";

    private static string Status(Transfer one) => one switch
    {
        { Succeeded: true, Warnings: > 0 } => $"done, {one.Warnings} warnings",
        { Succeeded: true } => "done",
        { CanceledAt: not null } => "canceled",
        { FinishedAt: not null } => "failed",
        { StartedAt: not null } => "running",
        _ => "waiting",
    };
}
