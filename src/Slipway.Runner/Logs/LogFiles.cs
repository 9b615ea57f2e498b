using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;
using Slipway.Runner.Oci;

namespace Slipway.Runner.Logs;

/// <summary>
/// Keeps logs from filling the disk. A log that grew too big becomes <c>NAME.ID.log.1</c> and a new one is begun; of
/// instances that are gone, an app's logs are kept for a week and up to a total.
/// </summary>
internal sealed class LogFiles(ServerConfig config, InstanceTable table)
{
    private const long MaxBytes = 10 << 20, MaxBytesOfGone = 64 << 20;

    private static readonly TimeSpan RotateEvery = TimeSpan.FromSeconds(5), PruneEvery = TimeSpan.FromHours(1), KeepFor = TimeSpan.FromDays(7);

    public async Task WatchAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(RotateEvery);
        var pruned = DateTime.MinValue;
        while (await NextAsync(timer, cancel))
        {
            foreach (var instance in table.All.Where(i => i.Running)) Try(() => Rotate(instance.Folder));
            if (DateTime.UtcNow - pruned < PruneEvery) continue;
            pruned = DateTime.UtcNow;
            foreach (var app in Directory.EnumerateDirectories(config.LogsDirectory)) Try(() => Prune(app));
        }
    }

    /// <exception cref="SlipwayException">409 <c>app_has_instances</c>.</exception>
    public void Remove(AppName app)
    {
        if (table.All.Any(i => i.Spec.App == app))
            throw new SlipwayException(409, new SlipwayError("app_has_instances", $"{app} has instances, whose logs are in use.") { Next = "Stop and remove them first." });
        var folder = Path.Combine(config.LogsDirectory, app.Value);
        Journal.Did($"rm -rf {folder}");
        Folders.Remove(folder);
    }

    /// <summary>
    /// The old file gets a second name, and conmon puts a new file at the first: at no moment is there none, and what
    /// conmon wrote meanwhile is in the old one. A crash between the two is mended by the next round.
    /// </summary>
    private static void Rotate(InstanceFolder folder)
    {
        if (Libc.Status(folder.LogFile) is not { Size: > MaxBytes }) return;
        var (old, next) = (folder.LogFile + ".1", folder.LogFile + ".tmp");
        Journal.Did($"ln -f {folder.LogFile} {old}");
        File.Delete(old);
        Libc.Check(Libc.Link(folder.LogFile, old), $"link {old}");

        // conmon opens this very name and renames it; made here first, it cannot be a link that someone of the group put there.
        Folders.CreateOwn(next, 0x1a0);
        Attachment.ReopenLog(folder);
    }

    private void Prune(string appFolder)
    {
        var used = table.All.Select(i => i.Folder.LogFile).ToHashSet();
        var kept = 0L;
        foreach (var file in new DirectoryInfo(appFolder).EnumerateFiles("*.log*").OrderByDescending(f => f.LastWriteTimeUtc).ToList())
        {
            if (file.Name.StartsWith("router.log", StringComparison.Ordinal) || used.Any(log => file.FullName.StartsWith(log, StringComparison.Ordinal))) continue;
            kept += file.Length;
            if (kept <= MaxBytesOfGone && DateTime.UtcNow - file.LastWriteTimeUtc <= KeepFor) continue;
            Journal.Did($"rm {file.FullName}");
            file.Delete();
        }
    }

    private static async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken cancel)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>One log's trouble (its instance just ended, the disk is full) is not the others'.</summary>
    private static void Try(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception or UnauthorizedAccessException)
        {
            Journal.Warn($"logs: {e.Message}");
        }
    }
}
