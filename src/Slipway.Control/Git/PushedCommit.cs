using System.Text;
using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Git;

namespace Slipway.Control.Git;

/// <summary>A commit in a repository, or still in git's quarantine of one that is being pushed.</summary>
internal sealed partial class PushedCommit
{
    private const string SubmoduleMode = "160000 ";

    private readonly GitProgram _git;
    private readonly string _name;
    private readonly KeyValuePair<string, string>[] _environment;

    /// <exception cref="SlipwayException">404: the quarantine is not one of the repository's, or the name is none.</exception>
    public PushedCommit(GitProgram git, string repository, string? quarantine, string name)
    {
        if (!ObjectName().IsMatch(name)) throw GitErrors.NotAPush();
        var objects = Path.Combine(repository, "objects");
        (_git, _name) = (git, name);
        if (quarantine is null)
        {
            _environment = [new("GIT_DIR", repository)];
            return;
        }

        if (Path.GetDirectoryName(Path.GetFullPath(quarantine)) != objects) throw GitErrors.NotAPush();
        _environment = [new("GIT_DIR", repository), new("GIT_OBJECT_DIRECTORY", quarantine), new("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects)];
    }

    /// <summary><c>3f2a1b0 Fix the header</c></summary>
    public async Task<string> DescribeAsync(CancellationToken cancel) =>
        (await _git.RunAsync(["show", "--no-patch", "--no-show-signature", "--encoding=UTF-8", "--format=%h %s", _name], _environment, cancel)).Trim();

    /// <summary>Folders that stand for another repository's commit, and which commit.</summary>
    public Task<IReadOnlyList<(string Path, string Commit)>> SubmodulesAsync(CancellationToken cancel) =>
        _git.ReadAsync<IReadOnlyList<(string, string)>>(["ls-tree", "-r", "-z", "--full-tree", _name], _environment, async output =>
        {
            var found = new List<(string, string)>();
            await foreach (var entry in EntriesAsync(output, cancel))
                // '160000 commit NAME\tPATH'
                if (entry.StartsWith(SubmoduleMode, StringComparison.Ordinal)) found.Add((entry[(entry.IndexOf('\t') + 1)..], entry[..entry.IndexOf('\t')].Split(' ')[2]));
            return found;
        }, cancel);

    /// <summary>Path of each submodule → where <c>.gitmodules</c> says that it is; none when it has no such file.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SubmoduleAddressesAsync(CancellationToken cancel)
    {
        // git reads its own format; of two entries for one path the last one holds.
        if ((await _git.RunAsync(["ls-tree", "--name-only", _name, "--", ".gitmodules"], _environment, cancel)).Length == 0) return new Dictionary<string, string>();
        var lines = (await _git.RunAsync(["config", "--null", "--list", "--blob", $"{_name}:.gitmodules"], _environment, cancel)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
            if (line.Split('\n', 2) is [var key, var value]) settings[key] = value;
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, path) in settings)
            if (key.StartsWith("submodule.", StringComparison.Ordinal) && key.EndsWith(".path", StringComparison.Ordinal) && settings.TryGetValue(key[..^5] + ".url", out var url)) addresses[path] = url;
        return addresses;
    }

    /// <summary>The commit's files as <c>git archive</c> gives them (so <c>export-ignore</c> holds), a tar.</summary>
    /// <param name="prefix">Before each path: empty, or a folder with a slash after it.</param>
    public Task ArchiveAsync(string prefix, Func<Stream, Task> read, CancellationToken cancel) =>
        _git.ReadAsync(["archive", "--format=tar", $"--prefix={prefix}", _name], _environment, async output =>
        {
            await read(output);
            return true;
        }, cancel);

    private static async IAsyncEnumerable<string> EntriesAsync(Stream output, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var reader = new StreamReader(output, Encoding.UTF8, leaveOpen: true);
        var (buffer, entry) = (new char[16 * 1024], new StringBuilder());
        for (int got; (got = await reader.ReadAsync(buffer, cancel)) > 0;)
        {
            var start = 0;
            for (int end; (end = Array.IndexOf(buffer, '\0', start, got - start)) >= 0; start = end + 1)
            {
                yield return entry.Append(buffer, start, end - start).ToString();
                entry.Clear();
            }

            entry.Append(buffer, start, got - start);
        }
    }

    [GeneratedRegex(@"\A[0-9a-f]{40}([0-9a-f]{24})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ObjectName();
}
