namespace Slipway.Control.Sources;

/// <summary>Decides whether symbolic links stay in their tree, following links through links as the kernel would.</summary>
internal static class SourceLinks
{
    private const int MaxHops = 40;

    /// <param name="links">Path of each link → its target as written.</param>
    /// <returns>Why <paramref name="path"/> may not be kept; null when it stays inside. Dangling is no reason.</returns>
    public static string? Refusal(string path, IReadOnlyDictionary<string, string> links)
    {
        var at = new List<string>();
        var todo = new Stack<string>(path.Split('/').Reverse());
        for (var hops = 0; todo.TryPop(out var part);)
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                if (at.Count == 0) return $"It is a link to '{links[path]}', which leads out of the folder.";
                at.RemoveAt(at.Count - 1);
                continue;
            }

            at.Add(part);
            if (!links.TryGetValue(string.Join('/', at), out var target)) continue;
            if (target.StartsWith('/')) return $"It is a link to '{links[path]}', which leads out of the folder.";
            if (++hops > MaxHops) return $"It is a link to '{links[path]}', which leads in a circle.";
            at.RemoveAt(at.Count - 1);
            foreach (var next in target.Split('/').Reverse()) todo.Push(next);
        }

        return null;
    }
}
