using System.Xml.Linq;

namespace Slipway.Control.Drops.Dav;

/// <param name="Path">Below the folder; empty for the folder itself.</param>
/// <param name="IsDeep">Holds for all that is below, too.</param>
/// <param name="Owner">What the client wants to be told of its owner, as it sent it.</param>
internal sealed record DavLock(string Token, string Path, bool IsDeep, bool IsShared, XElement? Owner, TimeSpan Timeout, DateTimeOffset Until)
{
    public bool Covers(string path) =>
        path == Path || (IsDeep && (Path.Length == 0 || Sources.SourcePath.IsBelow(path, Path)));
}

/// <summary>
/// The WebDAV locks of one drop folder. They keep two editors from overwriting each other, nothing more, so they live in
/// memory: after a restart of slipwayd a client is told that its lock is gone, and takes it again.
/// </summary>
internal sealed class DavLocks(TimeProvider time)
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromHours(1);
    private const int MaxLocks = 1000;

    private readonly Lock _gate = new();
    private List<DavLock> _locks = [];

    public bool Any => Current().Count > 0;

    /// <returns>Null when another lock stands in the way, or there are too many.</returns>
    public DavLock? Take(string path, bool deep, bool shared, XElement? owner, TimeSpan? timeout)
    {
        lock (_gate)
        {
            var all = Current();
            if (all.Count >= MaxLocks) return null;
            var conflicting = all.Where(other => other.Covers(path) || (deep && IsAtOrBelow(other.Path, path)));
            if (conflicting.Any(other => !(shared && other.IsShared))) return null;
            var span = Limit(timeout);
            var taken = new DavLock($"urn:uuid:{Guid.NewGuid()}", path, deep, shared, owner, span, time.GetUtcNow() + span);
            _locks = [.. all, taken];
            return taken;
        }
    }

    public DavLock? Refresh(string token, string path, TimeSpan? timeout)
    {
        lock (_gate)
        {
            var all = Current();
            if (all.FirstOrDefault(one => one.Token == token && one.Covers(path)) is not { } known) return null;
            var span = Limit(timeout);
            var fresh = known with { Timeout = span, Until = time.GetUtcNow() + span };
            _locks = [.. all.Where(one => one != known), fresh];
            return fresh;
        }
    }

    public bool Release(string token, string path)
    {
        lock (_gate)
        {
            var all = Current();
            var left = all.Where(one => one.Token != token || !one.Covers(path)).ToList();
            _locks = left;
            return left.Count < all.Count;
        }
    }

    /// <summary>What was there is gone, and its locks with it.</summary>
    public void Forget(string path)
    {
        lock (_gate) _locks = [.. Current().Where(one => !IsAtOrBelow(one.Path, path))];
    }

    public IReadOnlyList<DavLock> Of(string path) => [.. Current().Where(one => one.Covers(path))];

    /// <summary>True when somebody else's lock forbids the change.</summary>
    /// <param name="deep">The change is of all that is below, too: a move, a deletion.</param>
    /// <param name="ofParent">It adds or removes the path, which its folder's lock forbids.</param>
    public bool Forbids(string path, IReadOnlySet<string> tokens, bool deep = false, bool ofParent = false)
    {
        var parent = Sources.SourcePath.Parent(path) ?? "";
        var concerned = Current().Where(one => one.Covers(path) || (deep && IsAtOrBelow(one.Path, path)) || (ofParent && one.Path == parent)).ToList();
        // Of several shared locks on the same thing, holding one is enough.
        return concerned.GroupBy(one => one.Path).Any(same => !same.Any(one => tokens.Contains(one.Token)));
    }

    private List<DavLock> Current()
    {
        var now = time.GetUtcNow();
        return [.. _locks.Where(one => one.Until > now)];
    }

    private static bool IsAtOrBelow(string path, string folder) => folder.Length == 0 || path == folder || Sources.SourcePath.IsBelow(path, folder);

    private static TimeSpan Limit(TimeSpan? asked) => asked is { } span && span < MaxTimeout ? span : MaxTimeout;
}
