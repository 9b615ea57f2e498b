using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Control.Git;

namespace Slipway.Control.Remotes;

/// <summary>Fetches from git repositories at addresses that users name: by <see cref="Outbound"/>'s rules, into a repository of a moment.</summary>
internal sealed class RemoteRepositories(Outbound outbound, GitProgram git, GitRepositories repositories)
{
    private const string Fetched = "refs/heads/fetched";

    /// <param name="wanted"><c>HEAD</c>, a branch's whole name, or a commit's.</param>
    /// <param name="use">Is given the commit; nothing of it is there afterwards.</param>
    /// <exception cref="SlipwayException">422: what <see cref="RemoteErrors"/> say.</exception>
    public async Task<T> FetchAsync<T>(RemoteSource source, string wanted, Func<PushedCommit, Task<T>> use, CancellationToken cancel)
    {
        var settings = await SettingsAsync(source, cancel);
        var repository = repositories.NewAside();
        try
        {
            await git.RunAsync(["init", "--quiet", "--bare", "--template=", repository], [], cancel);
            KeyValuePair<string, string>[] environment = [new("GIT_DIR", repository)];
            try
            {
                await git.RunAsync(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", source.Url.ToString(), $"+{wanted}:{Fetched}"], environment, cancel, settings);
            }
            catch (SlipwayException e) when (e.Error.Id == GitErrors.FailedId)
            {
                throw RemoteErrors.GitFailed(source.Url.IdnHost, e.Error.Why ?? "");
            }

            return await use(new PushedCommit(git, repository, null, (await git.RunAsync(["rev-parse", Fetched + "^{commit}"], environment, cancel)).Trim()));
        }
        finally
        {
            if (Directory.Exists(repository)) Directory.Delete(repository, recursive: true);
        }
    }

    /// <summary>Asks a repository for its branch, and takes nothing of it.</summary>
    /// <exception cref="SlipwayException">What <see cref="RemoteErrors"/> say.</exception>
    public async Task<bool> HasBranchAsync(RemoteSource source, CancellationToken cancel)
    {
        try
        {
            var found = await git.RunAsync(["ls-remote", "--heads", "--", source.Url.ToString(), $"refs/heads/{source.Branch}"], [], cancel, await SettingsAsync(source, cancel));
            return found.Length > 0;
        }
        catch (SlipwayException e) when (e.Error.Id == GitErrors.FailedId)
        {
            throw RemoteErrors.GitFailed(source.Url.IdnHost, e.Error.Why ?? "");
        }
    }

    private async Task<IReadOnlyList<(string, string)>> SettingsAsync(RemoteSource source, CancellationToken cancel)
    {
        var address = await outbound.ResolveAsync(source.Url.IdnHost, cancel);
        var settings = new List<(string, string)>
        {
            ("protocol.http.allow", "always"),
            ("protocol.https.allow", "always"),
            ("fetch.fsckObjects", "true"),
            ("http.followRedirects", "false"),
            ("http.curloptResolve", $"{source.Url.IdnHost}:{source.Url.Port}:{(address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address)}"),
            ("http.lowSpeedLimit", "1000"),
            ("http.lowSpeedTime", "60"),
        };
        // In the environment, which only slipwayd's own user can read; an argument could be seen by all.
        if (source.Credentials is { } credentials) settings.Add(("http.extraHeader", "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))));
        return settings;
    }
}
