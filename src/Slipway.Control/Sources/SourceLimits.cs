namespace Slipway.Control.Sources;

/// <summary>What a source may be at most. Every limit is checked while unpacking, before the bytes reach the disk.</summary>
internal sealed record SourceLimits
{
    /// <summary>Sum of the sizes of all files.</summary>
    public long TotalBytes { get; init; } = 1L << 30;

    public long FileBytes { get; init; } = 512L << 20;

    /// <summary>Files, folders and links.</summary>
    public int Entries { get; init; } = 100_000;

    /// <summary>Bytes of UTF-8 in a whole path.</summary>
    public int PathBytes { get; init; } = 1024;

    /// <summary>Bytes of UTF-8 in one name: the file system's own limit.</summary>
    public int NameBytes { get; init; } = 255;

    /// <summary>An archive that unpacks to more than this many times its size is taken for a bomb…</summary>
    public int Ratio { get; init; } = 100;

    /// <summary>…once it has given this many bytes; small archives may shrink as well as they like.</summary>
    public long RatioFloorBytes { get; init; } = 64L << 20;
}
