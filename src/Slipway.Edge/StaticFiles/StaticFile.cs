using Microsoft.Win32.SafeHandles;

namespace Slipway.Edge.StaticFiles;

/// <summary>A folder behind a <see cref="Slipway.Contracts.Routing.StaticMount"/>.</summary>
internal interface IStaticFolder
{
    /// <param name="path">Relative, decoded, checked by <see cref="StaticPath"/>.</param>
    /// <param name="accepts">Encodings that the client accepts.</param>
    /// <returns>Null when there is no such file; the app is asked then.</returns>
    StaticFile? Find(ReadOnlySpan<char> path, AcceptedEncodings accepts);
}

/// <summary>One representation of a static file, ready to be sent.</summary>
internal sealed record StaticFile
{
    public required long Length { get; init; }
    public required string ETag { get; init; }
    public required string ContentType { get; init; }
    public required string CacheControl { get; init; }

    /// <summary><c>br</c>, <c>gzip</c>, or null.</summary>
    public string? Encoding { get; init; }

    /// <summary>Another client may get another representation.</summary>
    public bool Varies { get; init; }

    /// <summary>Only of files that change; those of a layer have no telling time.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>The browser must save it, not open it: an upload that could run a script in the app's origin.</summary>
    public bool AsDownload { get; init; }

    /// <summary>Uploads: the browser must not guess a type that could run.</summary>
    public bool NoSniff { get; init; }

    /// <summary>The content, when it is kept in memory.</summary>
    public byte[]? Content { get; init; }

    /// <summary>Opens the content, when it is neither in memory nor open; null when it has just gone.</summary>
    public Func<SafeFileHandle?>? Open { get; init; }

    /// <summary>The content, when finding the file opened it. Who sends the file closes it.</summary>
    public SafeFileHandle? Opened { get; init; }
}
