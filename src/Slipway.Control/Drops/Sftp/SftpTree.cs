using Microsoft.EntityFrameworkCore;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Drops.Sftp;

/// <summary>The drop folders of one user's apps as one tree. No path leads out of it: names are checked, and links followed nowhere.</summary>
internal sealed class SftpTree(IDbContextFactory<SlipwayStore> stores, DropFolders folders, SourceLimits limits, Actor actor)
{
    private readonly Dictionary<string, (AppRow App, DropFolder Folder)> _opened = [];

    public Actor Actor => actor;

    public SourceLimits Limits => limits;

    public async Task<IReadOnlyList<string>> AppsAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await AppRequest.Visible(store, actor, AppPermission.Deploy).OrderBy(app => app.Name).Select(app => app.Name).ToListAsync(cancel);
    }

    /// <exception cref="SftpException">There is no such app, or a link is in the way.</exception>
    public async Task<(DropFolder Folder, string OnDisk)> FindAsync(SftpPath path, CancellationToken cancel)
    {
        if (path.App is null) throw new SftpException(SftpStatus.PermissionDenied, "Here are the apps; slipway create makes one.");
        var folder = await OpenAsync(path.App, cancel);
        for (var part = path.Below; part is { Length: > 0 }; part = SourcePath.Parent(part))
            if (new FileInfo(Path.Combine(folder.Files, part)).LinkTarget is not null) throw new SftpException(SftpStatus.NoSuchFile, "No such file.");
        return (folder, path.Below.Length == 0 ? folder.Files : Path.Combine(folder.Files, path.Below));
    }

    public async Task<SftpAttributes> StatAsync(SftpPath path, CancellationToken cancel)
    {
        if (path.App is null) return SftpAttributes.OfFolder(DateTimeOffset.UnixEpoch);
        var (_, onDisk) = await FindAsync(path, cancel);
        return Directory.Exists(onDisk) ? SftpAttributes.Of(new DirectoryInfo(onDisk))
            : File.Exists(onDisk) ? SftpAttributes.Of(new FileInfo(onDisk))
            : throw new SftpException(SftpStatus.NoSuchFile, "No such file.");
    }

    public async Task<SftpListing> ListAsync(SftpPath path, CancellationToken cancel)
    {
        if (path.App is null)
            return new SftpListing([.. (await AppsAsync(cancel)).Select(name => (name, SftpAttributes.OfFolder(DateTimeOffset.UnixEpoch)))]);
        var (folder, onDisk) = await FindAsync(path, cancel);
        if (path.Below.Length == 0) await folders.RefreshAsync(_opened[path.App].App, folder);
        if (!Directory.Exists(onDisk)) throw new SftpException(SftpStatus.NoSuchFile, "No such folder.");
        return new SftpListing([.. new DirectoryInfo(onDisk).EnumerateFileSystemInfos().Where(file => file.LinkTarget is null)
            .OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => (file.Name, SftpAttributes.Of(file)))]);
    }

    private async Task<DropFolder> OpenAsync(string name, CancellationToken cancel)
    {
        if (_opened.TryGetValue(name, out var known)) return known.Folder;
        await using var store = await stores.CreateDbContextAsync(cancel);
        var app = await AppRequest.Visible(store, actor, AppPermission.Deploy).AsNoTracking().FirstOrDefaultAsync(app => app.Name == name, cancel)
            ?? throw new SftpException(SftpStatus.NoSuchFile, "There is no such app, or you may not see it.");
        var folder = await folders.OpenAsync(app);
        await folders.RefreshAsync(app, folder);
        _opened[name] = (app, folder);
        return folder;
    }
}
