using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Git;
using Slipway.Control.Sources;

namespace Slipway.Control.Remotes;

/// <summary>
/// Makes a source of a commit, with what its submodules stand for in the places where they stand. They are fetched from
/// where <c>.gitmodules</c> says, as anybody could: with no password, and never from this server's own network.
/// </summary>
internal sealed class CommitSources(RemoteRepositories remotes, SourceStore sources)
{
    private const int MaxSubmodules = 50, MaxDepth = 5;

    /// <param name="home">Where the commit's repository is, for addresses relative to it; null for one that was pushed here.</param>
    /// <param name="say">Shows whoever waits a line.</param>
    /// <exception cref="SlipwayException">422 <c>submodule_unreadable</c>, <c>submodules_too_many</c>, or what is wrong with the files.</exception>
    public Task<Digest> ImportAsync(PushedCommit commit, Uri? home, Func<string, ValueTask> say, CancellationToken cancel) =>
        sources.ImportAsync(writer => new Pass(remotes, sources, writer, say, cancel).AddAsync(commit, home, "", 0));

    private sealed class Pass(RemoteRepositories remotes, SourceStore sources, SourceWriter writer, Func<string, ValueTask> say, CancellationToken cancel)
    {
        private int _count;

        public async Task AddAsync(PushedCommit commit, Uri? home, string prefix, int depth)
        {
            await commit.ArchiveAsync(prefix, archive => sources.ReadAsync(archive, writer, cancel), cancel);
            var submodules = await commit.SubmodulesAsync(cancel);
            if (submodules.Count == 0) return;
            var addresses = await commit.SubmoduleAddressesAsync(cancel);
            foreach (var (path, wanted) in submodules)
            {
                if (++_count > MaxSubmodules || depth >= MaxDepth) throw GitErrors.TooManySubmodules(MaxSubmodules, MaxDepth);
                var source = AddressOf(path, addresses.GetValueOrDefault(path), home);
                await say($"Submodule {TypedName.Quote(prefix + path)}: {wanted[..7]} of {source.Shown}");
                await AddSubmoduleAsync(source, wanted, prefix + path, depth);
            }
        }

        private async Task AddSubmoduleAsync(RemoteSource source, string wanted, string path, int depth)
        {
            try
            {
                await remotes.FetchAsync(source, wanted, async commit =>
                {
                    await AddAsync(commit, source.Url, path + "/", depth + 1);
                    return true;
                }, cancel);
            }
            catch (SlipwayException e) when (e.Error.Id.StartsWith("source_", StringComparison.Ordinal) && e.Error.Id != "source_too_large")
            {
                throw GitErrors.SubmoduleUnreadable(path, source.Shown, string.Join(' ', new[] { e.Error.Message, e.Error.Why }.OfType<string>()), e);
            }
        }

        private static RemoteSource AddressOf(string path, string? written, Uri? home)
        {
            if (written is null) throw GitErrors.SubmoduleUnreadable(path, null, "The file .gitmodules does not say where it is.", null);
            var relative = written.StartsWith("./", StringComparison.Ordinal) || written.StartsWith("../", StringComparison.Ordinal);
            if (relative && home is null) throw GitErrors.SubmoduleUnreadable(path, written, "Its address is relative to that of a repository, and this one was pushed: the server does not know where it is from.", null);
            // As git reads it: from the repository's own address, which is taken for a folder.
            var url = relative ? new Uri(new Uri(home!.ToString().TrimEnd('/') + "/"), written) : Uri.TryCreate(written, UriKind.Absolute, out var absolute) ? absolute : null;
            if (url is not { Scheme: "http" or "https" } || url.UserInfo.Length > 0)
                throw GitErrors.SubmoduleUnreadable(path, written, "The server reads what everybody may read at an http or https address; it has no key and no password of yours.", null);
            return RemoteSource.Parse(new UriBuilder(url) { Fragment = "" }.Uri) with { IsRepository = true, Branch = null };
        }
    }
}
