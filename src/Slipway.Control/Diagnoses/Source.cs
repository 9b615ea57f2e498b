using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Builds;

namespace Slipway.Control.Diagnoses;

/// <summary>A line of a file of the source, counted from 1.</summary>
internal sealed record SourceLine(string File, int Number, string Text, Match Match);

/// <summary>
/// The source that was deployed, as rules read it: what is not there or not text is null, and never an error. It does not
/// change any more, so what a rule finds in it is as much a fact as the rest.
/// </summary>
internal sealed class Source(SourceFiles? files)
{
    /// <summary>How far down files are looked for.</summary>
    private const int Depth = 4;

    /// <summary>Lines shown before and after the one that matters.</summary>
    private const int Around = 2;

    public static Source None { get; } = new(null);

    public bool Has(string path) => files?.Exists(path) == true;

    public bool HasFolder(string path) => files?.FolderExists(path) == true;

    public IEnumerable<string> Names(string folder) => HasFolder(folder) ? files!.Names(folder) : [];

    /// <summary>All files of this name, nearest first.</summary>
    public IReadOnlyList<string> Find(string name) => files is null || !files.FolderExists("") ? [] : [.. files.Find(name, "", Depth).OrderBy(path => path.Count(c => c == '/'))];

    /// <summary>All files whose name ends in one of these, nearest first.</summary>
    public IReadOnlyList<string> FindBySuffix(params IEnumerable<string> suffixes) =>
        files is null || !files.FolderExists("") ? [] : [.. suffixes.SelectMany(suffix => files.FindBySuffix(suffix, "", Depth)).OrderBy(path => path.Count(c => c == '/'))];

    /// <summary>A module of the source itself, as Python finds it from this folder.</summary>
    public bool HasModule(string root, string module)
    {
        var path = SourceFiles.Join(root, module.Replace('.', '/'));
        return Has(path + ".py") || Has(path + "/__init__.py");
    }

    /// <summary>The folder from which Python imports this file: the first one upwards that is no package.</summary>
    public string PackageRoot(string file)
    {
        var folder = SourceFiles.FolderOf(file);
        while (folder.Length > 0 && Has($"{folder}/__init__.py")) folder = SourceFiles.FolderOf(folder);
        return folder;
    }

    public string? Read(string path) => Has(path) ? files!.ReadText(path, []) : null;

    public byte[]? Bytes(string path) => Has(path) ? File.ReadAllBytes(files!.OnDisk(path)) : null;

    public bool IsExecutable(string path) => Has(path) && (File.GetUnixFileMode(files!.OnDisk(path)) & UnixFileMode.UserExecute) != 0;

    /// <summary>The first line that matches.</summary>
    public SourceLine? Line(string path, Regex pattern) => Lines(path, pattern).FirstOrDefault();

    public IEnumerable<SourceLine> Lines(string path, Regex pattern) => Read(path) is { } text
        ? text.Split('\n').Select((line, at) => new SourceLine(path, at + 1, line.TrimEnd('\r'), pattern.Match(line.TrimEnd('\r')))).Where(line => line.Match.Success)
        : [];

    /// <summary>The lines around this one; without a line, only where the file is.</summary>
    public Evidence At(string path, int? line = null)
    {
        var lines = line is null || Read(path) is not { } text ? [] : text.Split('\n');
        var first = Math.Max(1, (line ?? 1) - Around);
        return new Evidence(EvidenceKind.File, line is null ? path : $"{path}:{line}",
            [.. lines.Skip(first - 1).Take(Around * 2 + 1).Select((text, at) => $"{(first + at == line ? '>' : ' ')} {first + at,4}  {text.TrimEnd('\r')}")])
        {
            File = path,
            Line = lines.Length == 0 ? null : first,
        };
    }

    public Evidence At(SourceLine line) => At(line.File, line.Number);

    /// <summary>The file with another text, or a new one.</summary>
    public FileEdit Edit(string path, string text, bool? executable = null)
    {
        var before = Bytes(path);
        return new FileEdit(path, before is null ? null : Convert.ToHexStringLower(SHA256.HashData(before)), text, executable,
            UnifiedDiff.Of(path, before is null ? null : Read(path) ?? "(not UTF-8)\n", text));
    }

    /// <summary>The file with one line written otherwise.</summary>
    public FileEdit Edit(SourceLine line, string text)
    {
        var lines = Read(line.File)!.Split('\n');
        lines[line.Number - 1] = lines[line.Number - 1].EndsWith('\r') ? text + "\r" : text;
        return Edit(line.File, string.Join('\n', lines));
    }

    /// <summary>The file with lines below its last; made where there is none.</summary>
    public FileEdit Append(string path, string lines)
    {
        var text = Read(path) ?? "";
        return Edit(path, text + (text.Length > 0 && text[^1] != '\n' ? "\n" : "") + lines + "\n");
    }

    /// <summary>The same file with its x-bit.</summary>
    public FileEdit MakeExecutable(string path) => new(path, Convert.ToHexStringLower(SHA256.HashData(Bytes(path)!)), null, true, [$"--- {path} (mode 644)", $"+++ {path} (mode 755)"]);
}
