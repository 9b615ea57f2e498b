using System.Collections.Immutable;
using System.Text;

namespace Slipway.Cli.Sources;

/// <summary>The patterns of one ignore file; they speak of what is below <paramref name="folder"/>.</summary>
/// <param name="folder">Absolute, without a slash at the end.</param>
internal sealed class IgnoreFile(string folder, IReadOnlyList<IgnorePattern> patterns)
{
    public static IgnoreFile? Read(string folder, string path) =>
        File.Exists(path) ? new IgnoreFile(folder, Parse(File.ReadAllText(path).Split('\n'))) : null;

    public static IReadOnlyList<IgnorePattern> Parse(IEnumerable<string> lines) =>
        [.. lines.Select(IgnorePattern.Parse).OfType<IgnorePattern>()];

    /// <returns>True: leave it out; false: keep it; null: this file does not say.</returns>
    public bool? Ignores(string path, bool isDirectory)
    {
        var relative = Encoding.UTF8.GetBytes(path, folder.Length + 1, path.Length - folder.Length - 1);
        for (var i = patterns.Count - 1; i >= 0; i--)
        {
            if (patterns[i].Matches(relative, isDirectory)) return !patterns[i].Negated;
        }
        return null;
    }
}

/// <summary>
/// What of a folder is not deployed: <c>.slipwayignore</c> in its root decides first, then the <c>.gitignore</c> files from
/// the innermost folder up to the root of the git work tree, then <c>.git/info/exclude</c>, then <see cref="Usual"/>.
/// </summary>
internal sealed class IgnoreRules
{
    /// <summary>Left out unless an ignore file says otherwise (<c>!name</c>).</summary>
    private static readonly string[] Usual = ["__pycache__/", "*.py[cod]", ".DS_Store", ".pytest_cache/", ".mypy_cache/", ".ruff_cache/", ".tox/", "*.swp"];

    private readonly IgnoreFile? _slipway;
    private readonly ImmutableStack<IgnoreFile> _git;

    private IgnoreRules(IgnoreFile? slipway, ImmutableStack<IgnoreFile> git) => (_slipway, _git) = (slipway, git);

    /// <param name="folder">The folder to deploy, absolute.</param>
    /// <param name="workTree">Root of the git work tree that it is in, if it is in one.</param>
    public static IgnoreRules For(string folder, string? workTree)
    {
        var git = ImmutableStack.Create(new IgnoreFile(workTree ?? folder, IgnoreFile.Parse(Usual)));
        if (workTree is not null)
        {
            if (IgnoreFile.Read(workTree, Path.Combine(workTree, ".git", "info", "exclude")) is { } exclude) git = git.Push(exclude);
            var parents = new Stack<string>();
            for (var above = folder; above.Length > workTree.Length; parents.Push(above)) above = Path.GetDirectoryName(above)!;
            foreach (var parent in parents)
            {
                if (IgnoreFile.Read(parent, Path.Combine(parent, ".gitignore")) is { } file) git = git.Push(file);
            }
        }
        return new IgnoreRules(IgnoreFile.Read(folder, Path.Combine(folder, ".slipwayignore")), git);
    }

    /// <summary>The rules inside <paramref name="folder"/>: with its own <c>.gitignore</c> on top.</summary>
    public IgnoreRules Enter(string folder) =>
        IgnoreFile.Read(folder, Path.Combine(folder, ".gitignore")) is { } file ? new IgnoreRules(_slipway, _git.Push(file)) : this;

    /// <summary>Whether <c>.slipwayignore</c>, the user's word on deploys alone, leaves it out.</summary>
    public bool SlipwayIgnores(string path, bool isDirectory) => _slipway?.Ignores(path, isDirectory) is true;

    /// <param name="path">Absolute. Its folder is known not to be ignored: git looks no further below one that is.</param>
    public bool Ignores(string path, bool isDirectory)
    {
        if (_slipway?.Ignores(path, isDirectory) is { } said) return said;
        foreach (var file in _git)
        {
            if (file.Ignores(path, isDirectory) is { } verdict) return verdict;
        }
        return false;
    }
}
