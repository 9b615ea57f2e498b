using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Drops.Rsync;
using Slipway.Control.Server;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Drops;

/// <summary>The drop folders of all apps. An app gets one when somebody first looks for it, filled with what serves.</summary>
internal sealed partial class DropFolders(
    ServerConfig server, IDbContextFactory<SlipwayStore> stores, SourceStore sources, DropDeploys deploys, TimeProvider time, ILogger<DropFolders> logger)
    : BackgroundService
{
    private readonly ConcurrentDictionary<long, Lazy<Task<DropFolder>>> _open = new();
    private readonly KeyedLock _refreshing = new();
    private readonly CancellationTokenSource _stopping = new();

    private string Home => Path.Combine(server.ControlDirectory, "drops");

    public async Task<DropFolder> OpenAsync(AppRow app)
    {
        var opening = _open.GetOrAdd(app.Id, _ => new Lazy<Task<DropFolder>>(() => BeginAsync(app)));
        try
        {
            return await opening.Value;
        }
        catch
        {
            _open.TryRemove(KeyValuePair.Create(app.Id, opening)); // the next one tries again
            throw;
        }
    }

    /// <summary>
    /// What was deployed in another way since becomes the folder's content, so that the next save does not take it back;
    /// not while something in it waits to be deployed or mended.
    /// </summary>
    public async Task RefreshAsync(AppRow app, DropFolder folder)
    {
        // File managers ask several times at once; who comes second finds it done.
        using var turn = await _refreshing.EnterAsync(folder.Root, _stopping.Token);
        if (folder.IsBusy || FailureNote.Exists(folder) || await CurrentSourceAsync(app) is not { } source) return;
        if (DropState.Read(folder).Serving == source.Digest) return;
        using var writing = folder.Writing();
        await FillAsync(folder, source);
    }

    /// <summary>The app is being destroyed; absent: no error.</summary>
    public async Task ForgetAsync(AppRow app)
    {
        if (_open.TryRemove(app.Id, out var opened)) (await opened.Value).Dispose();
        var root = RootOf(app);
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
    }

    /// <summary>Goes on with what changed while slipwayd was away. A folder that cannot be opened is that app's trouble alone.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        stoppingToken.Register(_stopping.Cancel);
        if (!Directory.Exists(Home)) return;
        await using var store = await stores.CreateDbContextAsync(stoppingToken);
        foreach (var app in await store.Apps.AsNoTracking().Where(app => app.DestroyedAt == null).ToListAsync(stoppingToken))
        {
            if (!Directory.Exists(Path.Combine(RootOf(app), "files"))) continue;
            try
            {
                var folder = await OpenAsync(app);
                if (DropTree.ChangedSince(folder.Files, DropState.WrittenAt(folder))) folder.Wake();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogUnopened(e, app.Name);
            }
        }
    }

    private string RootOf(AppRow app) => Path.Combine(Home, app.Uuid.ToString());

    private async Task<DropFolder> BeginAsync(AppRow app)
    {
        var root = RootOf(app);
        if (!Directory.Exists(Path.Combine(root, "files"))) await FillAsync(app, root);
        var folder = new DropFolder(app, root, time);
        foreach (var cut in Directory.EnumerateFiles(folder.Incoming)) File.Delete(cut);
        foreach (var cut in Directory.EnumerateDirectories(folder.Incoming)) StagedTree.Remove(cut);
        _ = FollowAsync(folder);
        return folder;
    }

    /// <summary>Aside and then renamed: a folder that is there is whole.</summary>
    private async Task FillAsync(AppRow app, string root)
    {
        var aside = root + ".new";
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        using (var folder = new DropFolder(app, aside, time))
            if (await CurrentSourceAsync(app) is { } source) await FillAsync(folder, source);
        Directory.Move(aside, root);
    }

    private async Task FillAsync(DropFolder folder, SourceTree source)
    {
        var wanted = DropTree.Files(source.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in DropTree.Files(folder.Files).Where(path => !wanted.Contains(path)).ToList()) File.Delete(Path.Combine(folder.Files, gone));
        DropTree.RemoveEmptyFolders(folder.Files);
        var (stored, remembered) = (sources.FilesOf(source.Digest).ToDictionary(file => file.Path, StringComparer.Ordinal), folder.Remembered());
        foreach (var path in wanted.Where(path => !IsThere(path)))
        {
            var (from, to, aside) = (Path.Combine(source.Path, path), Path.Combine(folder.Files, path), Path.Combine(folder.Incoming, "fill"));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, aside, overwrite: true);
            File.Move(aside, to, overwrite: true);
        }

        bool IsThere(string path) =>
            FileStamp.Of(Path.Combine(folder.Files, path)) is { } stamp && stored.TryGetValue(path, out var file)
            && file.Executable == stamp.Executable && remembered.Find(path, stamp) == file.Hash;

        var filled = await sources.ImportFolderAsync(folder.Files, DropTree.Files(folder.Files), folder.Remembered(), _stopping.Token);
        new DropState(filled.Digest, source.Digest).Write(folder);
    }

    private async Task<SourceTree?> CurrentSourceAsync(AppRow app)
    {
        await using var store = await stores.CreateDbContextAsync(_stopping.Token);
        var digest = await store.Releases.Where(row => row.Id == app.CurrentReleaseId && row.Image != null).Select(row => row.Image!.SourceDigest).FirstOrDefaultAsync();
        try
        {
            return digest is null ? null : sources.Find(Digest.Parse(digest));
        }
        catch (Contracts.Errors.SlipwayException)
        {
            return null; // its source was not kept: the folder begins empty
        }
    }

    private async Task FollowAsync(DropFolder folder)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var account = await folder.QuietAsync(_stopping.Token);
                await deploys.SettleAsync(folder, account, _stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return; // slipwayd stops, or the app was destroyed
            }
            catch (Exception e)
            {
                LogFailure(e, folder.AppId);
                await Task.Delay(TimeSpan.FromSeconds(2), time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                folder.Wake();
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The drop folder of app {AppId} could not be looked at; trying again")]
    private partial void LogFailure(Exception e, long appId);

    [LoggerMessage(LogLevel.Error, "The drop folder of {App} could not be opened; it is tried again when somebody looks for it")]
    private partial void LogUnopened(Exception e, string app);
}
