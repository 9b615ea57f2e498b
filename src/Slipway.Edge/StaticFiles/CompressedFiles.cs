using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Slipway.Contracts.Server;

namespace Slipway.Edge.StaticFiles;

/// <summary>
/// Compressed forms of layers' files, made once in the background and kept on disk by the hash of their content: apps
/// with the same files share them, and a new worker finds them there.
/// </summary>
internal sealed class CompressedFiles(ServerConfig config, Action<string> complain)
{
    public const string Brotli = "br";
    public const string Gzip = "gzip";

    /// <summary>Below this the headers weigh more than what is saved.</summary>
    public const int Smallest = 512;

    public const int Largest = 16 << 20;

    private readonly SemaphoreSlim _one = new(1);
    private CancellationTokenSource _current = new();

    private string Folder => Path.Combine(config.EdgeDirectory, "compressed");

    public SafeFileHandle? Open(string key, string encoding)
    {
        try
        {
            return File.OpenHandle(PathOf(key, encoding));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Sees to the compressed forms of all files of <paramref name="folders"/>, and removes those of others. Returns at once.</summary>
    public void Prepare(IReadOnlyList<LayerFolder> folders)
    {
        var stop = new CancellationTokenSource();
        Interlocked.Exchange(ref _current, stop).Cancel();
        _ = Task.Run(() => PrepareAsync(folders, stop.Token), CancellationToken.None);
    }

    private async Task PrepareAsync(IReadOnlyList<LayerFolder> folders, CancellationToken cancellation)
    {
        try
        {
            await _one.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Folder);
            var used = new HashSet<string>(StringComparer.Ordinal);
            foreach (var file in folders.SelectMany(f => f.Files).Where(f => f.Compresses))
            {
                if (cancellation.IsCancellationRequested) return;
                Provide(file, Brotli, used);
                Provide(file, Gzip, used);
            }

            foreach (var path in Directory.EnumerateFiles(Folder))
                if (!used.Contains(Path.GetFileName(path))) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            complain($"{Folder}: {e.Message}; static files are served uncompressed.");
        }
        finally
        {
            _one.Release();
        }
    }

    private void Provide(LayerFile file, string encoding, HashSet<string> used)
    {
        var path = PathOf(file.Key, encoding);
        used.Add(Path.GetFileName(path));
        var existing = new FileInfo(path);
        if (!existing.Exists)
        {
            if (file.OpenPlain() is not { } handle) return;
            using var source = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            var aside = path + ".new";
            using (var target = new FileStream(aside, FileMode.Create, FileAccess.Write))
            using (Stream packer = encoding == Brotli
                ? new BrotliStream(target, new BrotliCompressionOptions { Quality = 9 })
                : new GZipStream(target, CompressionLevel.SmallestSize))
            {
                source.CopyTo(packer);
            }

            File.Move(aside, path, overwrite: true);
            existing.Refresh();
        }

        // A file that hardly shrinks is sent as it is; its compressed form stays, so that this is found out once.
        if (existing.Length < file.Length * 9 / 10) file.Offer(encoding, existing.Length);
    }

    private string PathOf(string key, string encoding) => Path.Combine(Folder, $"{key}.{encoding}");
}
