using System.Text.RegularExpressions;
using Slipway.Contracts.Names;

namespace Slipway.Control.Builds.Python;

/// <summary>Reads requirements files, the ones they include too, for what would fail on this machine and why.</summary>
internal sealed partial class Requirements(SourceFiles files, ICollection<Finding> findings)
{
    private readonly List<string> _files = [];

    public IReadOnlyList<string> Files => _files;

    /// <summary>A requirement is a folder of the source.</summary>
    public bool NeedsSource { get; private set; }

    public void Read(string file)
    {
        if (_files.Contains(file)) return;
        _files.Add(file);
        if (files.ReadText(file, findings) is not { } text) return;
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = Comment().Replace(raw, "").Trim().TrimEnd('\\').Trim();
            if (line.Length > 0) ReadLine(file, number, line);
        }
    }

    private void ReadLine(string file, int number, string line)
    {
        if (Include().Match(line) is { Success: true } include)
        {
            ReadIncluded(file, number, include.Groups["file"].Value.Trim());
            return;
        }

        var requirement = Editable().Replace(line, "");
        if (requirement.StartsWith('-')) return;
        if (requirement is "." || requirement.StartsWith("./", StringComparison.Ordinal) || requirement.StartsWith("../", StringComparison.Ordinal)
            || requirement.StartsWith(".[", StringComparison.Ordinal) || LooksLikeFolder(file, requirement))
        {
            NeedsSource = true;
        }
        else if (requirement.Contains("file://", StringComparison.Ordinal))
        {
            findings.Add(new Finding("requirement_on_your_disk", $"{TypedName.Quote(requirement)} is a file on the machine where this list was made.")
            {
                File = file, Line = number, Why = "conda and some system Pythons write such lines for pip freeze.", Next = "Replace it by NAME==VERSION; pip list --format=freeze prints them so.",
            });
        }
        else if (Name().Match(requirement).Value is var name && !requirement.Contains(';'))
        {
            if (name.Equals("pkg-resources", StringComparison.OrdinalIgnoreCase) || name.Equals("pkg_resources", StringComparison.OrdinalIgnoreCase))
                findings.Add(new Finding("requirement_does_not_exist", "pkg-resources is no package.") { File = file, Line = number, Why = "Some Debian and Ubuntu versions of pip freeze list it by mistake.", Next = "Remove the line." });
            if (name.Equals("pywin32", StringComparison.OrdinalIgnoreCase) || name.Equals("pywinpty", StringComparison.OrdinalIgnoreCase))
                findings.Add(new Finding("requirement_for_windows", $"{name} exists for Windows only.") { File = file, Line = number, Next = $"Remove the line, or write: {requirement}; sys_platform == \"win32\"" });
        }
    }

    private void ReadIncluded(string file, int number, string target)
    {
        if (target.Contains("://", StringComparison.Ordinal)) return;
        var path = Resolve(SourceFiles.FolderOf(file), target);
        if (path is null)
            findings.Add(new Finding("requirement_outside", $"{TypedName.Quote(target)} is outside the source.") { File = file, Line = number, Next = "Move the file into the app's folder." });
        else if (!files.Exists(path))
            findings.Add(new Finding("requirement_file_missing", $"{TypedName.Quote(target)} is not in the source.") { File = file, Line = number, Next = $"Add {path}, or remove the line; it may be listed in .gitignore or .slipwayignore." });
        else
            Read(path);
    }

    private bool LooksLikeFolder(string file, string requirement) =>
        requirement.Contains('/') && !requirement.Contains("://", StringComparison.Ordinal) && !requirement.Contains('@')
        && Resolve(SourceFiles.FolderOf(file), requirement) is { } path && (files.FolderExists(path) || files.Exists(path));

    private static string? Resolve(string folder, string target)
    {
        if (target.StartsWith('/')) return null;
        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in target.Split('/').Where(p => p is not ("" or ".")))
        {
            if (part != "..") parts.Add(part);
            else if (parts.Count == 0) return null;
            else parts.RemoveAt(parts.Count - 1);
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex(@"(^|\s)#.*$", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\A(-r|-c|--requirement|--constraint)[\s=]*(?<file>\S.*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Include();

    [GeneratedRegex(@"\A(-e|--editable)[\s=]*", RegexOptions.CultureInvariant)]
    private static partial Regex Editable();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
