using System.Text;

namespace Slipway.Control.Builds;

/// <summary>A source as preflight reads it: relative paths, links not followed, small text files only.</summary>
internal sealed class SourceFiles(string folder)
{
    private const int MaxTextBytes = 4 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly HashSet<string> NotSearched = ["node_modules", "site-packages", "venv", ".venv", "env", ".tox"];

    public bool Exists(string path) => new FileInfo(OnDisk(path)) is { Exists: true, LinkTarget: null };

    public bool FolderExists(string path) => new DirectoryInfo(OnDisk(path)) is { Exists: true, LinkTarget: null };

    public IEnumerable<string> Folders(string below) =>
        new DirectoryInfo(OnDisk(below)).EnumerateDirectories()
            .Where(d => d.LinkTarget is null && !d.Name.StartsWith('.') && !NotSearched.Contains(d.Name))
            .Select(d => Join(below, d.Name)).Order(StringComparer.Ordinal);

    public IEnumerable<string> Names(string below) =>
        new DirectoryInfo(OnDisk(below)).EnumerateFileSystemInfos().Select(f => f is DirectoryInfo ? f.Name + "/" : f.Name).Order(StringComparer.Ordinal);

    /// <summary>All files of this name, at most <paramref name="depth"/> folders down.</summary>
    public IEnumerable<string> Find(string name, string below, int depth)
    {
        if (Exists(Join(below, name))) yield return Join(below, name);
        if (depth == 0) yield break;
        foreach (var found in Folders(below).SelectMany(folder => Find(name, folder, depth - 1)))
            yield return found;
    }

    /// <summary>All files whose name ends so, at most <paramref name="depth"/> folders down, nearest first.</summary>
    public IEnumerable<string> FindBySuffix(string suffix, string below, int depth)
    {
        var here = Names(below).Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).Select(name => Join(below, name)).Where(Exists);
        return depth == 0 ? here : here.Concat(Folders(below).SelectMany(folder => FindBySuffix(suffix, folder, depth - 1)));
    }

    /// <summary>The lines of a text file; a finding and no lines when it is not UTF-8.</summary>
    public string? ReadText(string path, ICollection<Finding> findings)
    {
        var file = new FileInfo(OnDisk(path));
        if (file.Length > MaxTextBytes)
        {
            findings.Add(new Finding("file_too_large", $"It has {Sources.Size.Text(file.Length)}, too much for a file of its kind.") { File = path });
            return null;
        }

        var bytes = File.ReadAllBytes(file.FullName);
        // Windows PowerShell writes UTF-16 for "pip freeze > requirements.txt"; pip then fails with a riddle.
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || bytes.AsSpan(0, Math.Min(bytes.Length, 512)).Contains((byte)0))
        {
            findings.Add(new Finding("wrong_encoding", "It is written in UTF-16, not in UTF-8.")
            {
                File = path,
                Why = "Windows PowerShell's > writes UTF-16.",
                Next = $"Save {path} as UTF-8; in PowerShell: (Get-Content {path}) | Set-Content -Encoding utf8 {path}",
            });
            return null;
        }

        try
        {
            return StrictUtf8.GetString(bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsSpan(3) : bytes);
        }
        catch (DecoderFallbackException e)
        {
            findings.Add(new Finding("wrong_encoding", $"It is not UTF-8: byte {e.Index} cannot be read.")
            {
                File = path,
                Line = bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n') + 1,
                Next = $"Save {path} as UTF-8.",
            });
            return null;
        }
    }

    public string OnDisk(string path) => Path.Combine(folder, path);

    public static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    public static string FolderOf(string path) => Sources.SourcePath.Parent(path) ?? "";
}
