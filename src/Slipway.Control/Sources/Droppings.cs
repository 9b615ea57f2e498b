namespace Slipway.Control.Sources;

/// <summary>Never part of an app: version control's own data, editors' and systems' droppings.</summary>
internal static class Droppings
{
    private static readonly HashSet<string> Names =
        [".git", ".hg", ".svn", "__pycache__", ".DS_Store", "__MACOSX", "Thumbs.db", "desktop.ini", ".pytest_cache", ".mypy_cache"];

    /// <returns>The part of the path that makes it one, for people; null when it is none.</returns>
    public static string? Find(string path)
    {
        foreach (var part in path.Split('/'))
        {
            if (Names.Contains(part)) return part;
            // macOS keeps a file's attributes in a second one named ._NAME, which is no Python even when it ends in .py.
            if (part.StartsWith("._", StringComparison.Ordinal)) return "._*";
        }

        return null;
    }
}
