using System.Globalization;
using System.Text;

namespace Slipway.Control.Sources;

/// <summary>A file of a source, without its content.</summary>
/// <param name="Path">Below the source.</param>
/// <param name="Hash">SHA-256 of the content, in hex.</param>
internal sealed record SourceFile(string Path, bool Executable, long Bytes, string Hash);

/// <summary>The files of a stored source, in a file beside it: what it has is known without reading it.</summary>
internal static class SourceList
{
    private const string Head = "slipway files 1";

    /// <returns>None when there is no such list, or none that can be read.</returns>
    public static IReadOnlyList<SourceFile> Read(string file)
    {
        if (!File.Exists(file)) return [];
        var lines = File.ReadAllLines(file);
        if (lines.FirstOrDefault() != Head) return [];
        var files = new List<SourceFile>(lines.Length);
        foreach (var line in lines.Skip(1))
        {
            if (line.Split(' ', 4) is not [var hash, var mode, var bytes, var path] || !long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return [];
            files.Add(new SourceFile(path, mode == "x", count, hash));
        }

        return files;
    }

    // A path of a source holds no control character, so a line is a line.
    public static void Write(string file, IEnumerable<SourceFile> files)
    {
        var text = new StringBuilder(Head).Append('\n');
        foreach (var one in files) text.Append(CultureInfo.InvariantCulture, $"{one.Hash} {(one.Executable ? 'x' : '-')} {one.Bytes} {one.Path}\n");
        File.WriteAllText(file, text.ToString());
    }
}
