using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Control.Addons;
using Slipway.Control.Remotes;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Transfers;

/// <summary>The steps of each kind of transfer.</summary>
internal sealed partial class TransferWork(
    IDbContextFactory<SlipwayStore> stores, AddonJob jobs, ServerConsole console, TransferFiles files, TransferQueue queue, SecretBox secrets, Outbound outbound)
{
    private static readonly string[] Dump = ["pg_dump", "--format=custom", "--no-owner", "--no-acl", "--lock-wait-timeout=60s"];
    private static readonly string[] Restore = ["pg_restore", "--no-owner", "--no-acl", "--dbname"];

    /// <summary>Transfers wait for each other, so one whose sender stands still or never ends is given up.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FetchLimit = TimeSpan.FromHours(6);

    /// <summary>So many bytes of the disk are left to what runs.</summary>
    private const long KeptFree = 1L << 30;

    private sealed record Place(AppRow App, AddonRow Addon, AddonServerRow Server, Uri Url);

    /// <exception cref="SlipwayException">It failed, and why.</exception>
    public async Task RunAsync(TransferRow transfer, TransferLog log, CancellationToken cancel)
    {
        switch (transfer.Kind)
        {
            case TransferKind.Backup:
                await BackUpAsync(transfer, await FindAsync(transfer.AddonId, cancel), log, cancel);
                break;
            case TransferKind.Restore:
                await RestoreAsync(transfer, await FindAsync(transfer.AddonId, cancel), log, cancel);
                break;
            case TransferKind.Copy:
                await CopyAsync(transfer, await FindAsync(transfer.SourceAddonId, cancel), await FindAsync(transfer.AddonId, cancel), log, cancel);
                break;
        }
    }

    /// <summary>A backup that <c>pg_restore</c> cannot read the contents of is none, and is not kept.</summary>
    private async Task BackUpAsync(TransferRow transfer, Place from, TransferLog log, CancellationToken cancel)
    {
        transfer.SourceBytes = await SizeAsync(from, cancel);
        await DumpAsync(transfer, from, log, cancel);
        log.Add($"Verified: {await CountAsync(Aside(transfer), from, log, cancel)} entries in its table of contents.");
        files.Keep(transfer.Uuid);
    }

    private async Task RestoreAsync(TransferRow transfer, Place to, TransferLog log, CancellationToken cancel)
    {
        if (transfer.BackupUuid is { } backup)
        {
            await CountAsync(files.PathOf(backup), to, log, cancel);
            await using (var file = files.Open(backup)) await LoadAsync(transfer, file, to, log, cancel);
            if (backup == transfer.Uuid) files.Delete(backup); // it was uploaded for this
            return;
        }

        // On disk and looked at first: the database is emptied for what can be restored, and for nothing else.
        var address = new Uri(secrets.Open(transfer.SourceUrl!));
        log.Add($"Fetching {address.IdnHost}{address.AbsolutePath}");
        await using (var file = files.Begin(transfer.Uuid)) await FetchAsync(address, file, cancel);
        await CountAsync(Aside(transfer), to, log, cancel);
        files.Keep(transfer.Uuid);
        try
        {
            await using var fetched = files.Open(transfer.Uuid);
            await LoadAsync(transfer, fetched, to, log, cancel);
        }
        finally
        {
            files.Delete(transfer.Uuid);
        }
    }

    private async Task CopyAsync(TransferRow transfer, Place from, Place to, TransferLog log, CancellationToken cancel)
    {
        transfer.SourceBytes = await SizeAsync(from, cancel);
        await DumpAsync(transfer, from, log, cancel);
        files.Keep(transfer.Uuid);
        try
        {
            await using var file = files.Open(transfer.Uuid);
            await LoadAsync(transfer, file, to, log, cancel);
        }
        finally
        {
            files.Delete(transfer.Uuid);
        }
    }

    private async Task DumpAsync(TransferRow transfer, Place from, TransferLog log, CancellationToken cancel)
    {
        log.Add($"Dumping {from.Addon.Name}");
        await using var file = files.Begin(transfer.Uuid);
        var status = await jobs.RunAsync(from.App, from.Addon, from.Server, from.Url, Dump, null, Move(transfer, file, cancel), Say(log), cancel);
        file.Flush(flushToDisk: true);
        if (status != 0) throw Failed("pg_dump", status);
        log.Add($"Dumped {file.Length} bytes.");
    }

    /// <summary>Empties the database first: what is not in the backup is gone afterwards.</summary>
    private async Task LoadAsync(TransferRow transfer, FileStream file, Place to, TransferLog log, CancellationToken cancel)
    {
        log.Add($"Emptying {to.Addon.Name}");
        await console.RunAsync(to.Server, Postgresql.Reset(to.Url), cancel);
        log.Add($"Restoring {file.Length} bytes into {to.Addon.Name}");
        var ignored = 0;
        var status = await jobs.RunAsync(to.App, to.Addon, to.Server, to.Url, [.. Restore, to.Url.Database()], file, _ => ValueTask.CompletedTask, line =>
        {
            log.Add(line);
            if (Ignored().Match(line) is { Success: true } match) ignored = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        }, cancel);
        queue.Moved[transfer.Uuid] = file.Length;
        // What another server's superuser had made (an extension, its comment) cannot be made again here, and the rest can.
        if (status != 0 && ignored == 0) throw Failed("pg_restore", status);
        log.Warnings = ignored;
        log.Add(ignored == 0 ? "Restored." : $"Restored, but for {ignored} statements that failed; each is said above.");
    }

    private string Aside(TransferRow transfer) => files.PathOf(transfer.Uuid) + ".new";

    /// <summary>Whether it is a backup, looked at before anything is done with it.</summary>
    private async Task<int> CountAsync(string path, Place place, TransferLog log, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        var entries = 0;
        var status = await jobs.RunAsync(place.App, place.Addon, place.Server, place.Url, ["pg_restore", "--list"], file, bytes =>
        {
            entries += bytes.Span.Count((byte)'\n');
            return ValueTask.CompletedTask;
        }, Say(log), cancel);
        return status == 0 ? entries : throw new SlipwayException(422, new SlipwayError("not_a_backup", "It is not a backup that pg_restore can read.")
        {
            Why = $"pg_restore --list ended with status {status}.", Next = "Make one with pg_dump --format=custom.",
        });
    }

    private async Task FetchAsync(Uri address, FileStream to, CancellationToken cancel)
    {
        using var http = outbound.OpenHttp();
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        whole.CancelAfter(FetchLimit);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(whole.Token);
        limit.CancelAfter(StallLimit);
        try
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!answer.IsSuccessStatusCode) throw RemoteErrors.Refused(address.IdnHost, (int)answer.StatusCode);
            var room = new DriveInfo(Path.GetDirectoryName(to.Name)!).AvailableFreeSpace - KeptFree;
            await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
            var buffer = new byte[1 << 16];
            for (int got; (got = await body.ReadAsync(buffer, limit.Token)) > 0; limit.CancelAfter(StallLimit))
            {
                if ((room -= got) < 0) throw TooLarge(address);
                await to.WriteAsync(buffer.AsMemory(0, got), limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw RemoteErrors.Unreachable(address.IdnHost, whole.IsCancellationRequested ? $"It was not done after {FetchLimit.TotalHours:0} hours." : $"Nothing came for {StallLimit.TotalSeconds:0} s.");
        }

        to.Flush(flushToDisk: true);
    }

    private static SlipwayException TooLarge(Uri address) => new(507, new SlipwayError("backup_too_large", $"What is at {address.IdnHost} does not fit on this server's disk.")
    {
        Why = $"{Sources.Size.Text(KeptFree)} of it are kept free for what runs.", Next = "Make room, or restore into a database elsewhere.",
    });

    private async Task<long> SizeAsync(Place place, CancellationToken cancel)
    {
        var lines = await console.RunAsync(place.Server, Postgresql.Size(place.Url), cancel);
        return lines is [var text] && long.TryParse(text, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
    }

    private async Task<Place> FindAsync(long? addonId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var addon = await store.Addons.AsNoTracking().FirstOrDefaultAsync(row => row.Id == addonId && row.State == AddonState.Provisioned, cancel)
            ?? throw new SlipwayException(404, new SlipwayError("not_found", "The database is not there any more."));
        return new Place(
            await store.Apps.AsNoTracking().SingleAsync(row => row.Id == addon.AppId, cancel), addon,
            await store.AddonServers.AsNoTracking().SingleAsync(row => row.Id == addon.ServerId, cancel), new Uri(secrets.Open(addon.Url)));
    }

    private Func<ReadOnlyMemory<byte>, ValueTask> Move(TransferRow transfer, FileStream file, CancellationToken cancel) => async bytes =>
    {
        await file.WriteAsync(bytes, cancel);
        queue.Moved[transfer.Uuid] = file.Length;
    };

    private static Func<string, ValueTask> Say(TransferLog log) => line =>
    {
        log.Add(line);
        return ValueTask.CompletedTask;
    };

    private static SlipwayException Failed(string program, int status) =>
        new(500, new SlipwayError("transfer_failed", $"{program} ended with status {status}.") { Why = "What it said is above." });

    [GeneratedRegex(@"errors ignored on restore: (\d+)")]
    private static partial Regex Ignored();
}
