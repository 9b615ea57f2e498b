namespace Slipway.Edge.StaticFiles;

/// <summary>Small files of layers in memory, least recently used ones out first.</summary>
/// <param name="capacity">Bytes of content.</param>
internal sealed class ContentCache(long capacity)
{
    /// <summary>Larger ones are read from the kernel's page cache each time.</summary>
    public const int MaxFile = 128 << 10;

    private readonly Lock _lock = new();
    private readonly LinkedList<CachedContent> _byUse = [];
    private long _size;

    /// <summary>Makes room for <paramref name="content"/> and keeps it.</summary>
    public CachedContent Add(byte[] content)
    {
        lock (_lock)
        {
            while (_size + content.Length > capacity && _byUse.Last is { } oldest) Remove(oldest);
            var cached = new CachedContent(content);
            cached.Node = _byUse.AddFirst(cached);
            _size += content.Length;
            return cached;
        }
    }

    /// <summary>Once in a second is often enough to know what is in use, and spares the lock.</summary>
    public void Touch(CachedContent cached)
    {
        var now = Environment.TickCount64;
        if (now - cached.TouchedAt < 1000) return;
        cached.TouchedAt = now;
        lock (_lock)
        {
            if (cached.Node is not { List: not null } node) return;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }
    }

    public void Forget(CachedContent cached)
    {
        lock (_lock)
        {
            if (cached.Node is { List: not null } node) Remove(node);
        }
    }

    private void Remove(LinkedListNode<CachedContent> node)
    {
        _byUse.Remove(node);
        _size -= node.Value.Content?.Length ?? 0;
        node.Value.Content = null;
        node.Value.Node = null;
    }
}

internal sealed class CachedContent(byte[] content)
{
    /// <summary>Null once it was pushed out.</summary>
    public byte[]? Content { get; set; } = content;

    public LinkedListNode<CachedContent>? Node { get; set; }

    public long TouchedAt { get; set; }
}
