using Slipway.Control.Drops.Dav;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Drops;

/// <summary>
/// One app's drop folder: a tree of files, changed by whoever its owner lets in, and live a moment after the last change.
/// A way in (WebDAV here, SFTP and rsync elsewhere) needs nothing of this but <see cref="Files"/>: changes are noticed by
/// the kernel's own notices. It may say <see cref="Touch"/> to name who it was, and hold <see cref="Writing"/> while a file
/// is on its way; and it must not let anybody make links, which would lead out of the tree.
/// </summary>
internal sealed class DropFolder : IDisposable
{
    /// <summary>One file saved in an editor goes live at once; of several, more may be on their way.</summary>
    private static readonly TimeSpan QuietAfterOne = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan QuietAfterMany = TimeSpan.FromMilliseconds(900);

    /// <summary>File managers lock, write and unlock; an editor that holds its lock for hours must not hold up a deploy.</summary>
    private static readonly TimeSpan QuietWhileLocked = TimeSpan.FromSeconds(4);

    private readonly FileSystemWatcher _watcher;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changed = new(0);
    private string? _lastPath;
    private bool _isMany;
    private bool _isTouched;
    private int _writing;
    private long _at;
    private long? _account;

    public DropFolder(AppRow app, string root, TimeProvider time)
    {
        (AppId, Root, _time) = (app.Id, root, time);
        Directory.CreateDirectory(Files);
        Directory.CreateDirectory(Incoming);
        Locks = new DavLocks(time);
        _watcher = new FileSystemWatcher(Files)
        {
            IncludeSubdirectories = true,
            InternalBufferSize = 64 * 1024,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.Attributes,
        };
        _watcher.Changed += (_, change) => Notice(change.FullPath);
        _watcher.Created += (_, change) => Notice(change.FullPath);
        _watcher.Deleted += (_, change) => Notice(change.FullPath);
        _watcher.Renamed += (_, change) => Notice(change.FullPath);
        _watcher.Error += (_, _) => Notice(Files); // too many at once to be listed: something changed, that is enough
        _watcher.EnableRaisingEvents = true;
    }

    public long AppId { get; }

    public string Root { get; }

    /// <summary>The tree that people see.</summary>
    public string Files => Path.Combine(Root, "files");

    /// <summary>Beside it, on the same disk: where a file is written before it takes its place by one rename.</summary>
    public string Incoming => Path.Combine(Root, "incoming");

    public DavLocks Locks { get; }

    /// <summary>What is known of the files since they were last taken in.</summary>
    public FolderMemory Remembered() => FolderMemory.Read(Path.Combine(Root, "memory"));

    /// <summary>Something was changed since it was last quiet.</summary>
    public bool HasChanged
    {
        get
        {
            lock (_gate) return _isTouched;
        }
    }

    /// <summary>Somebody writes, holds a lock, or has changed something that is not settled.</summary>
    public bool IsBusy => HasChanged || _writing > 0 || Locks.Any;

    /// <param name="accountId">Who changed something: the deploy is theirs.</param>
    public void Touch(long accountId)
    {
        lock (_gate) _account = accountId;
    }

    /// <summary>Nothing is deployed while somebody holds one of these.</summary>
    public IDisposable Writing() => new UnderWay(this);

    /// <summary>Returns when something was changed and nothing more has come for a while.</summary>
    /// <returns>Whose change it was, where that was said.</returns>
    public async Task<long?> QuietAsync(CancellationToken cancel)
    {
        await _changed.WaitAsync(cancel);
        while (Rest() is { } rest) await Task.Delay(rest, _time, cancel);
        lock (_gate)
        {
            (_isTouched, _isMany, _lastPath) = (false, false, null);
            return _account;
        }
    }

    /// <summary>As if something had been changed.</summary>
    public void Wake() => Notice(Files);

    public void Dispose()
    {
        _watcher.Dispose();
        _changed.Dispose();
    }

    private void Notice(string path)
    {
        if (Path.GetFileName(path) == FailureNote.FileName) return;
        lock (_gate)
        {
            _at = _time.GetTimestamp();
            _isMany |= _lastPath is not null && _lastPath != path && Path.GetDirectoryName(path) != _lastPath && Path.GetDirectoryName(_lastPath) != path;
            _lastPath = path;
            if (_isTouched) return;
            _isTouched = true;
        }

        _changed.Release();
    }

    /// <returns>How long to wait before looking again; null when it is quiet.</returns>
    private TimeSpan? Rest()
    {
        lock (_gate)
        {
            var quiet = Locks.Any ? QuietWhileLocked : _isMany ? QuietAfterMany : QuietAfterOne;
            var rest = quiet - _time.GetElapsedTime(_at);
            if (_writing > 0) return QuietAfterOne;
            // With a lock in the way it is looked at again soon: the lock may go before its time.
            if (rest > TimeSpan.Zero) return rest < QuietAfterOne ? rest : QuietAfterOne;
        }

        return OpenFiles.AnyBeingWritten(Files) ? QuietAfterOne : null;
    }

    private sealed class UnderWay : IDisposable
    {
        private readonly DropFolder _folder;
        private bool _ended;

        public UnderWay(DropFolder folder)
        {
            _folder = folder;
            Interlocked.Increment(ref folder._writing);
        }

        public void Dispose()
        {
            if (_ended) return;
            _ended = true;
            Interlocked.Decrement(ref _folder._writing);
        }
    }
}
