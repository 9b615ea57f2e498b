using System.Text;
using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Git;
using Slipway.Contracts.Names;
using Slipway.Control.Sources;

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

    /// <summary>Folders that stand for another repository's commit.</summary>
    public Task<IReadOnlyList<string>> SubmodulesAsync(CancellationToken cancel) =>
        _git.ReadAsync<IReadOnlyList<string>>(["ls-tree", "-r", "-z", "--full-tree", _name], _environment, async output =>
        {
            var found = new List<string>();
            await foreach (var entry in EntriesAsync(output, cancel))
                if (entry.StartsWith(SubmoduleMode, StringComparison.Ordinal)) found.Add(entry[(entry.IndexOf('\t') + 1)..]);
            return found;
        }, cancel);

    /// <summary>Takes the commit's files in as a source, as <c>git archive</c> gives them (so <c>export-ignore</c> holds).</summary>
    public Task<Digest> ImportAsync(SourceStore sources, CancellationToken cancel) =>
        _git.ReadAsync(["archive", "--format=tar", _name], _environment, output => sources.ImportAsync(output, cancel), cancel);

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
