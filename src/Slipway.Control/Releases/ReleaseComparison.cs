using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Control.Git;
using Slipway.Control.Secrets;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Releases;

/// <summary>Tells in what a release differs from the last one that served before it: config vars, process types, and the source, by git's own diff.</summary>
internal sealed class ReleaseComparison(GitProgram git, SourceStore sources, SecretBox secrets)
{
    /// <summary>More is not read by anybody in a terminal or on a page.</summary>
    private const int MostLines = 5000, LongestLine = 2000;

    /// <param name="release">With its image.</param>
    public async Task<ReleaseChanges> OfAsync(SlipwayStore store, ReleaseRow release, CancellationToken cancel)
    {
        var before = await store.Releases.AsNoTracking().Include(row => row.Image)
            .Where(row => row.AppId == release.AppId && row.Version < release.Version && row.Status == ReleaseStatus.Succeeded).OrderByDescending(row => row.Version).FirstOrDefaultAsync(cancel);
        var (from, to) = (FolderOf(before), FolderOf(release));
        var isKept = to is not null && (before?.Image is null || from is not null);
        var (lines, isWhole) = from is null || to is null || from == to ? ([], true) : await DiffAsync(from, to, cancel);
        return new ReleaseChanges(
            release.Version, before?.Version, Changes(before is null ? [] : secrets.OpenMap(before.ConfigVars), secrets.OpenMap(release.ConfigVars)),
            Changes(before is null ? [] : TypesOf(before), TypesOf(release)), isKept, lines, isWhole);
    }

    private string? FolderOf(ReleaseRow? release) => release?.Image?.SourceDigest is { } text && Digest.Parse(text) is var digest && sources.Exists(digest) ? sources.FolderOf(digest) : null;

    private static Dictionary<string, string> TypesOf(ReleaseRow release) =>
        new(JsonSerializer.Deserialize(release.ProcessTypes, ContractsJson.Default.IReadOnlyDictionaryStringString)!);

    private static IReadOnlyList<NamedChange> Changes(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
    [
        .. before.Keys.Union(after.Keys).Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key)).Order(StringComparer.Ordinal)
            .Select(key => new NamedChange(key, !before.ContainsKey(key) ? ChangeKind.Added : after.ContainsKey(key) ? ChangeKind.Changed : ChangeKind.Removed)),
    ];

    private async Task<(IReadOnlyList<string> Lines, bool IsWhole)> DiffAsync(string from, string to, CancellationToken cancel)
    {
        var (old, now) = (Path.GetFileName(from) + "/", Path.GetFileName(to) + "/");
        using var process = git.Start(
            ["-C", Path.GetDirectoryName(from)!, "diff", "--no-index", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", "--", old[..^1], now[..^1]], []);
        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(cancel);
            var lines = new List<string>();
            while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
            {
                if (lines.Count == MostLines) return (lines, false);
                // The folders' names are digests that tell nobody anything.
                if (IsHead(line)) line = line.Replace(old, "", StringComparison.Ordinal).Replace(now, "", StringComparison.Ordinal);
                lines.Add(line.Length <= LongestLine ? line : line[..LongestLine] + "…");
            }

            await process.WaitForExitAsync(cancel);
            // 1 says that they differ.
            return process.ExitCode is 0 or 1 ? (lines, true) : throw GitErrors.Failed("diff", await errors);
        }
        finally
        {
            GitProgram.Stop(process);
        }
    }

    /// <summary>A line of a file begins with a space, + or -; these do as well, and only where git tells of a file.</summary>
    private static bool IsHead(string line) =>
        line.StartsWith("diff --git ", StringComparison.Ordinal) || line.StartsWith("--- ", StringComparison.Ordinal) || line.StartsWith("+++ ", StringComparison.Ordinal)
        || line.StartsWith("rename ", StringComparison.Ordinal) || line.StartsWith("Binary files ", StringComparison.Ordinal);
}
