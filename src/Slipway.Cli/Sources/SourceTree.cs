using Slipway.Contracts.Errors;
using Slipway.Cli.Output;

namespace Slipway.Cli.Sources;

/// <param name="Path">From the deployed folder, with slashes.</param>
/// <param name="LinkTarget">Where a link points, relative to its own folder.</param>
internal sealed record SourceEntry(string Path, string FullPath, FileFacts Facts, string? LinkTarget);

/// <summary>The files of a folder that are to be deployed, looked through before anything is sent.</summary>
internal sealed class SourceTree
{
    /// <summary>1 GiB: what the server takes.</summary>
    public const long MaxBytes = 1L << 30;

    private readonly string _root;
    private readonly IReadOnlySet<string> _tracked;
    private readonly List<SourceEntry> _entries = [];
    private readonly List<string> _linksOut = [];
    private readonly List<string> _special = [];
    private readonly List<string> _unreadable = [];
    private readonly List<string> _environments = [];
    private readonly List<string> _migrations = [];

    private SourceTree(string root, IReadOnlySet<string> tracked) => (_root, _tracked) = (root, tracked);

    public IReadOnlyList<SourceEntry> Entries => _entries;

    /// <summary>Python virtual environments that were left out, for the user to see.</summary>
    public IReadOnlyList<string> Environments => _environments;

    /// <summary>Migrations that a .gitignore names and that are sent all the same, for the user to see.</summary>
    public IReadOnlyList<string> Migrations => _migrations;

    public int Files { get; private set; }

    public long Bytes { get; private set; }

    public static async Task<SourceTree> ReadAsync(string folder, CancellationToken cancel)
    {
        var root = RealFolder(folder);
        var workTree = GitWorkTree.RootOf(root);
        var tracked = workTree is null ? new HashSet<string>() : await GitWorkTree.TrackedThoughIgnoredAsync(root, cancel);
        var tree = new SourceTree(root, tracked);
        tree.Walk(root, IgnoreRules.For(root, workTree), ignored: false, cancel);
        tree.Check();
        return tree;
    }

    private static string RealFolder(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!Directory.Exists(full))
            throw new Failure(ExitCode.Usage, new SlipwayError("no_folder", $"{full} is not a folder.") { Next = "slipway deploy FOLDER" });
        if (full == "/")
            throw new Failure(ExitCode.Usage, new SlipwayError("no_folder", "The whole file system is not deployed.") { Next = "Change to the app's own folder." });
        return new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true)?.FullName is { } real ? Path.TrimEndingDirectorySeparator(real) : full;
    }

    /// <param name="ignored">The folder is ignored; only what git tracks all the same is wanted.</param>
    private void Walk(string folder, IgnoreRules rules, bool ignored, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!ignored) rules = rules.Enter(folder);
        string[] paths;
        try
        {
            paths = Directory.GetFileSystemEntries(folder);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            _unreadable.Add(Relative(folder) + "/");
            return;
        }
        Array.Sort(paths, StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (Path.GetFileName(path.AsSpan()) is ".git" or ".hg" or ".svn") continue;
            Visit(path, rules, ignored, cancel);
        }
    }

    private void Visit(string path, IgnoreRules rules, bool ignored, CancellationToken cancel)
    {
        var relative = Relative(path);
        if (FileFacts.Of(path) is not { } facts)
        {
            _unreadable.Add(relative);
            return;
        }
        var isFolder = facts.Kind == FileKind.Directory;
        var leaveOut = ignored || rules.Ignores(path, isFolder);
        if (leaveOut && !ignored && DjangoMigrations.Holds(path, isFolder) && !rules.SlipwayIgnores(path, isFolder))
        {
            leaveOut = false;
            if (!isFolder) _migrations.Add(relative);
        }
        if (isFolder)
        {
            if (!leaveOut && File.Exists(Path.Combine(path, "pyvenv.cfg")))
            {
                _environments.Add(relative);
                return;
            }
            if (leaveOut && !_tracked.Any(file => file.StartsWith(relative + "/", StringComparison.Ordinal))) return;
            _entries.Add(new SourceEntry(relative, path, facts, null));
            Walk(path, rules, leaveOut, cancel);
            return;
        }
        if (leaveOut && !_tracked.Contains(relative)) return;
        AddFile(relative, path, facts);
    }

    private void AddFile(string relative, string path, FileFacts facts)
    {
        string? target = null;
        if (facts.Kind == FileKind.Other)
        {
            _special.Add(relative);
            return;
        }
        if (facts.Kind == FileKind.Link && (target = TargetInside(path)) is null)
        {
            _linksOut.Add($"{relative} -> {new FileInfo(path).LinkTarget}");
            return;
        }
        if (facts.Kind == FileKind.File && !FileFacts.IsReadable(path)) _unreadable.Add(relative);
        _entries.Add(new SourceEntry(relative, path, facts, target));
        Files++;
        if (facts.Kind == FileKind.File) Bytes += facts.Size;
    }

    /// <returns>The link's target relative to the link, also where it was written as an absolute path; null when it leaves the tree.</returns>
    private string? TargetInside(string link)
    {
        if (new FileInfo(link).LinkTarget is not { } target) return null;
        var folder = Path.GetDirectoryName(link)!;
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(folder, target)));
        if (full != _root && !full.StartsWith(_root + "/", StringComparison.Ordinal)) return null;
        return Path.IsPathRooted(target) ? Path.GetRelativePath(folder, full) : target;
    }

    private string Relative(string path) => path == _root ? "." : path[(_root.Length + 1)..];

    private void Check()
    {
        if (_linksOut.Count > 0)
            throw Refusal("link_out_of_tree", $"{Visible.Count(_linksOut.Count, "symbolic link")} in {_root} {(_linksOut.Count == 1 ? "points" : "point")} out of it.", _linksOut,
                "The server gets this folder alone, so what is outside of it would be missing there.",
                "Copy what is needed into the folder, or name the link in .slipwayignore.");
        if (_special.Count > 0)
            throw Refusal("special_file", $"{Visible.Count(_special.Count, "file")} in {_root} cannot be sent.", _special,
                "Sockets, pipes and devices have no content.", "Delete them, or name them in .slipwayignore.");
        if (_unreadable.Count > 0)
            throw Refusal("unreadable_file", $"{Visible.Count(_unreadable.Count, "file")} in {_root} cannot be read.", _unreadable,
                $"The user {Environment.UserName} is not allowed to read them, or they are gone.", "chmod u+r them, or name them in .slipwayignore.");
        if (Files == 0)
            throw Refusal("empty_source", $"{_root} has no file to deploy.", [],
                _environments.Count > 0 ? $"{string.Join(", ", _environments)} is a Python virtual environment, which is never deployed." : "It is empty, or .gitignore and .slipwayignore leave everything out.",
                "slipway deploy FOLDER, with the folder that holds manage.py or a Procfile");
        if (Bytes > MaxBytes)
            throw Refusal("source_too_large", $"{_root} holds {Visible.Bytes(Bytes)}; at most {Visible.Bytes(MaxBytes)} can be deployed.", Biggest(),
                "These take the most.", "Name what the app does not need in .slipwayignore (same rules as .gitignore); files that users upload belong on a volume.");
    }

    /// <summary>The ten biggest, by their first two folders: data in many small files shows as well.</summary>
    private IReadOnlyList<string> Biggest() =>
    [
        .. _entries.Where(e => e.Facts.Kind == FileKind.File)
            .GroupBy(e => e.Path.Split('/') is [var a, var b, _, ..] ? $"{a}/{b}/" : e.Path)
            .Select(g => (g.Key, Size: g.Sum(e => e.Facts.Size)))
            .OrderByDescending(g => g.Size).Take(10)
            .Select(g => $"{Visible.Bytes(g.Size),8}  {g.Key}"),
    ];

    private static Failure Refusal(string id, string message, IReadOnlyList<string> evidence, string why, string next) =>
        new(ExitCode.Usage, new SlipwayError(id, message)
        {
            Why = why,
            Next = next,
            Evidence = evidence.Count > 20 ? [.. evidence.Take(20), $"… and {evidence.Count - 20} more"] : evidence,
        });
}
