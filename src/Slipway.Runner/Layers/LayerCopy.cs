using System.Buffers;
using System.Security.Cryptography;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Layers;

/// <summary>Files and folders of a layer, with the owner, mode and time that its list says.</summary>
internal static class LayerCopy
{
    /// <summary>Copies a file and notes the hash of what it copied.</summary>
    /// <returns>Its bytes.</returns>
    public static long File(string from, string to, LayerEntry entry)
    {
        long at = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using (var source = System.IO.File.OpenHandle(from))
            using (var target = System.IO.File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write, preallocationSize: entry.Size))
            {
                for (int read; (read = RandomAccess.Read(source, buffer, at)) > 0; at += read)
                {
                    hash.AppendData(buffer, 0, read);
                    RandomAccess.Write(target, buffer.AsSpan(0, read), at);
                }
            }

            entry.Content = Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        SetAttributes(to, entry);
        return at;
    }

    public static void SetAttributes(string path, LayerEntry entry)
    {
        Libc.Check(Libc.ChangeOwner(path, entry.Uid, entry.Gid), $"chown {path}");
        Libc.Check(Libc.ChangeMode(path, entry.Mode), $"chmod {path}");
        if (entry.Kind is EntryKind.Folder) Directory.SetLastWriteTimeUtc(path, entry.Modified);
        else System.IO.File.SetLastWriteTimeUtc(path, entry.Modified);
    }
}
