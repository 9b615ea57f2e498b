using System.ComponentModel;
using System.Diagnostics;

namespace Slipway.Cli.Sources;

/// <summary>What git knows of a folder.</summary>
internal static class GitWorkTree
{
    /// <returns>The nearest folder, this one or above, with a <c>.git</c>; null when there is none.</returns>
    public static string? RootOf(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Path.Exists(Path.Combine(at, ".git"))) return at;
        }
        return null;
    }

    /// <summary>
    /// Files that are committed although an ignore file names them (<c>git add --force</c>): a push would carry them, so a
    /// deploy does too. Without git, or where it refuses the folder, there are none.
    /// </summary>
    /// <returns>Paths relative to <paramref name="folder"/>.</returns>
    public static async Task<IReadOnlySet<string>> TrackedThoughIgnoredAsync(string folder, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("git") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var argument in (string[])["ls-files", "-z", "--cached", "--ignored", "--exclude-standard"]) start.ArgumentList.Add(argument);
        try
        {
            using var git = Process.Start(start)!;
            var errors = git.StandardError.ReadToEndAsync(cancel);
            var listed = await git.StandardOutput.ReadToEndAsync(cancel);
            await errors;
            await git.WaitForExitAsync(cancel);
            return git.ExitCode == 0 ? listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).ToHashSet() : new HashSet<string>();
        }
        catch (Win32Exception)
        {
            return new HashSet<string>(); // git is not installed
        }
    }

    /// <summary><c>main@1a2b3c4</c>-like text for the release's description; null outside git. Read from files: no process is started.</summary>
    public static string? Commit(string workTree)
    {
        try
        {
            var git = Path.Combine(workTree, ".git");
            var head = File.ReadAllText(Path.Combine(git, "HEAD")).Trim();
            if (!head.StartsWith("ref: ", StringComparison.Ordinal)) return head.Length >= 7 ? head[..7] : null;
            var name = head["ref: ".Length..];
            var loose = Path.Combine(git, name);
            var commit = File.Exists(loose)
                ? File.ReadAllText(loose).Trim()
                : File.ReadLines(Path.Combine(git, "packed-refs")).FirstOrDefault(l => l.EndsWith(' ' + name))?.Split(' ')[0];
            return commit is { Length: >= 7 } ? commit[..7] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a fresh repository without a commit, or a work tree whose .git is a file
        }
    }
}
