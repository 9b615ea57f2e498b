using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Control.Access;
using Slipway.Control.Git;
using Slipway.Control.Sources;
using Slipway.Control.Store;
using AppRequest = Slipway.Control.Api.AppRequest;

namespace Slipway.Control.Drops.Rsync;

/// <summary>
/// Runs Debian's rsync for an SSH session, in a copy of one app's drop folder. It gets arguments that were checked one by
/// one, an environment of its own, and links that lead nowhere (<c>--munge-links</c>), so no name of the client's leads out.
/// </summary>
internal sealed class RsyncServer(IDbContextFactory<SlipwayStore> stores, DropFolders folders, SourceLimits limits, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <returns>rsync's exit status.</returns>
    public async Task<int> ServeAsync(Actor actor, string command, FrameStream frames, CancellationToken cancel)
    {
        var asked = RsyncCommand.Parse(command, limits);
        await using var store = await stores.CreateDbContextAsync(cancel);
        var app = await AppRequest.Visible(store, actor, AppPermission.Deploy).AsNoTracking().FirstOrDefaultAsync(row => row.Name == asked.App, cancel) ?? throw AppRequest.NotFound("app", asked.App);
        var folder = await folders.OpenAsync(app);
        await folders.RefreshAsync(app, folder);
        if (asked.IsSender) return await RunAsync(asked, folder.Files, frames, cancel);

        using var writing = folder.Writing();
        using var staged = new StagedTree(folder);
        using var full = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var watch = time.CreateTimer(_ => StopWhenFull(staged, full), null, LookEvery, LookEvery);
        int code;
        try
        {
            code = await RunAsync(asked, staged.Path, frames, full.Token);
        }
        catch (OperationCanceledException) when (full.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw TooBig();
        }

        if (code != 0) return code;
        if (staged.Bytes > limits.TotalBytes) throw TooBig();
        folder.Touch(actor.AccountId);
        staged.Apply();
        return 0;
    }

    private async Task<int> RunAsync(RsyncCommand asked, string folder, FrameStream frames, CancellationToken cancel)
    {
        var path = $"./{asked.Path}{(asked.IsContents && asked.Path.Length > 0 ? "/" : "")}";
        var start = new ProcessStartInfo("/usr/bin/prlimit") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var argument in (IEnumerable<string>)
            [
                string.Create(CultureInfo.InvariantCulture, $"--fsize={limits.FileBytes}"), "--", "/usr/bin/rsync", "--server", .. asked.IsSender ? ["--sender"] : Array.Empty<string>(),
                .. asked.Options, "--munge-links", ".", path,
            ])
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var rsync = Process.Start(start)!;
        try
        {
            return await GitSession.BridgeAsync(rsync, frames, gone);
        }
        finally
        {
            GitProgram.Stop(rsync);
        }
    }

    private void StopWhenFull(StagedTree staged, CancellationTokenSource full)
    {
        try
        {
            if (staged.Bytes > limits.TotalBytes) full.Cancel();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // It changes while it is looked at.
        }
    }

    private SlipwayException TooBig() => SourceErrors.TooBig($"Its files have more than {Size.Text(limits.TotalBytes)}.");
}
