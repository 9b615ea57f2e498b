using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Cli.Output;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Ejections;

/// <summary>
/// The folder that an app is taken out to. It is filled under another name and gets its own when everything is there; what
/// was not finished goes with this object. The server's names of files are checked: none leads out of it.
/// </summary>
internal sealed partial class EjectionFolder : IDisposable
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Folder = Mine | UnixFileMode.UserExecute;

    private readonly string _aside;
    private bool _kept;

    private EjectionFolder(string path, string aside) => (Path, _aside) = (path, aside);

    public string Path { get; }

    /// <exception cref="Failure">It is there and not empty, or cannot be made.</exception>
    public static EjectionFolder Begin(string named)
    {
        var path = System.IO.Path.GetFullPath(named).TrimEnd('/');
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw Failure.Usage("folder_not_empty", $"{Visible.Text(named)} is there and not empty.", "An app's files are not mixed with others.", "Name a folder that is not there.");
        var aside = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}.part";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(aside, Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.Usage("folder_not_made", $"{Visible.Text(named)} cannot be made.", e.Message);
        }

        return new EjectionFolder(path, aside);
    }

    /// <exception cref="Failure">The disk has less.</exception>
    public void RequireRoom(long bytes)
    {
        var free = new DriveInfo(_aside).AvailableFreeSpace;
        if (bytes >= free)
            throw new Failure(ExitCode.Failure, new SlipwayError("no_room", $"It takes {Visible.Bytes(bytes)} and more, and {Visible.Bytes(free)} are free there.") { Next = "Name a folder on a larger disk." });
    }

    public void Write(EjectedFile file)
    {
        using var to = Create(file.Path, file.Secret ? Mine : Mine | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        to.Write(Encoding.UTF8.GetBytes(file.Text));
    }

    /// <param name="progress">Gets the bytes so far.</param>
    /// <exception cref="Failure">It is not what the server said that it would be.</exception>
    public async Task WriteAsync(EjectedPart part, Stream from, Action<long> progress, CancellationToken cancel)
    {
        await using var to = Create(part.Path, Mine);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[256 << 10];
        var done = 0L;
        for (int got; (got = await from.ReadAsync(block, cancel)) > 0;)
        {
            hash.AppendData(block, 0, got);
            await to.WriteAsync(block.AsMemory(0, got), cancel);
            progress(done += got);
        }

        var sha256 = Convert.ToHexStringLower(hash.GetCurrentHash());
        if (part.Sha256 is { } expected && expected != sha256) throw NotUnderstood(part.Path, $"Its SHA-256 is {sha256}, not {expected}.");
    }

    /// <summary>Everything is there.</summary>
    public void Keep()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path);
        Directory.Move(_aside, Path);
        _kept = true;
    }

    /// <summary>Of a file, once it is kept.</summary>
    public long LengthOf(string file) => new FileInfo(System.IO.Path.Combine(Path, file)).Length;

    public void Dispose()
    {
        if (!_kept) Directory.Delete(_aside, recursive: true);
    }

    public static Failure NotUnderstood(string file, string why) => new(ExitCode.Failure, new SlipwayError("ejection_refused", $"The server sent {Visible.Text(file)}, which is not taken; nothing was kept.") { Why = why });

    /// <summary>New: the folder is ours alone, so a name that is there already was sent twice.</summary>
    private FileStream Create(string path, UnixFileMode mode)
    {
        if (path.Length > 250 || !Relative().IsMatch(path) || path.Split('/').Any(part => part is "." or "..")) throw NotUnderstood(path, "Its name is not one of a file below the folder.");
        var full = System.IO.Path.Combine(_aside, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!, Folder);
        return new FileStream(full, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode, BufferSize = 0 });
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._@-]+(/[A-Za-z0-9._@-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Relative();
}
