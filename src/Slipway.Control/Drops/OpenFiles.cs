using System.Globalization;

namespace Slipway.Control.Drops;

/// <summary>Finds out whether a file is still being written, by whatever program runs as slipwayd's own user (an SFTP session, rsync).</summary>
internal static class OpenFiles
{
    private const int AccessMode = 3; // of open(2): 1 is write-only, 2 read and write

    public static bool AnyBeingWritten(string folder)
    {
        var below = folder + "/";
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out _) && IsWriting(process, below)) return true;
        }

        return false;
    }

    private static bool IsWriting(string process, string below)
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(process + "/fd"))
            {
                if (new FileInfo(file).LinkTarget is not { } path || !path.StartsWith(below, StringComparison.Ordinal)) continue;
                var flags = File.ReadLines($"{process}/fdinfo/{Path.GetFileName(file)}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
                if ((Convert.ToInt32(flags[6..].Trim(), 8) & AccessMode) != 0) return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return false; // another user's process, or one that just ended
        }

        return false;
    }
}
