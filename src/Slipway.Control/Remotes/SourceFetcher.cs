using System.Net.Http.Headers;
using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Git;
using Slipway.Control.Sources;
using Slipway.Control.Uploads;

namespace Slipway.Control.Remotes;

/// <param name="Version">For people: the commit; null for an archive.</param>
internal sealed record FetchedSource(Digest Digest, string? Version);

/// <summary>Brings a source in from an address. On any failure nothing is left behind.</summary>
internal sealed class SourceFetcher(Outbound outbound, UploadStore uploads, SourceStore sources, GitProgram git, GitRepositories repositories)
{
    /// <exception cref="SlipwayException">What <see cref="RemoteErrors"/> and the source store say.</exception>
    public Task<FetchedSource> FetchAsync(RemoteSource source, CancellationToken cancel) =>
        source.IsRepository ? FetchRepositoryAsync(source, cancel) : FetchArchiveAsync(source, cancel);

    private async Task<FetchedSource> FetchArchiveAsync(RemoteSource source, CancellationToken cancel)
    {
        using var http = outbound.OpenHttp();
        using var request = new HttpRequestMessage(HttpMethod.Get, source.Url);
        if (source.Credentials is { } credentials) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Base64(credentials));
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!answer.IsSuccessStatusCode) throw RemoteErrors.Refused(source.Url.IdnHost, (int)answer.StatusCode);
            if (answer.Content.Headers.ContentType?.MediaType is "text/html") throw RemoteErrors.NotASource(source.Url.IdnHost);
            // On disk first: a zip is read from its end. The file has no name from the moment that it is open.
            await using var archive = uploads.OpenNameless();
            await using (var body = await answer.Content.ReadAsStreamAsync(cancel))
                await new MeteredStream(body, Check).CopyToAsync(archive, cancel);
            archive.Position = 0;
            return new FetchedSource(await sources.ImportAsync(archive, unwrap: true, cancel), null);
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException as SlipwayException ?? RemoteErrors.Unreachable(source.Url.IdnHost, (e.InnerException ?? e).Message, e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw RemoteErrors.Unreachable(source.Url.IdnHost, "It did not answer in time.", e);
        }
    }

    private async Task<FetchedSource> FetchRepositoryAsync(RemoteSource source, CancellationToken cancel)
    {
        var settings = await SettingsAsync(source, cancel);
        var repository = repositories.NewAside();
        try
        {
            await git.RunAsync(["init", "--quiet", "--bare", "--template=", repository], [], cancel);
            KeyValuePair<string, string>[] environment = [new("GIT_DIR", repository)];
            var branch = source.Branch is { } name ? $"refs/heads/{name}" : "HEAD";
            try
            {
                await git.RunAsync(["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", source.Url.ToString(), $"+{branch}:refs/heads/fetched"], environment, cancel, settings);
            }
            catch (SlipwayException e) when (e.Error.Id == GitErrors.FailedId)
            {
                throw RemoteErrors.GitFailed(source.Url.IdnHost, e.Error.Why ?? "");
            }

            var commit = new PushedCommit(git, repository, null, (await git.RunAsync(["rev-parse", "refs/heads/fetched"], environment, cancel)).Trim());
            if (await commit.SubmodulesAsync(cancel) is { Count: > 0 } submodules) throw GitErrors.Submodules(submodules);
            return new FetchedSource(await commit.ImportAsync(sources, cancel), await commit.DescribeAsync(cancel));
        }
        finally
        {
            if (Directory.Exists(repository)) Directory.Delete(repository, recursive: true);
        }
    }

    /// <summary>Asks the repository for its branch, and takes nothing of it.</summary>
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

    private async Task<List<(string, string)>> SettingsAsync(RemoteSource source, CancellationToken cancel)
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
        if (source.Credentials is { } credentials) settings.Add(("http.extraHeader", "Authorization: Basic " + Base64(credentials)));
        return settings;
    }

    private static void Check(long bytes)
    {
        if (bytes > UploadStore.MaxBytes) throw SourceErrors.TooBig($"The archive has more than {Sources.Size.Text(UploadStore.MaxBytes)}.");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

internal static class RemotesServices
{
    public static IServiceCollection AddRemotes(this IServiceCollection services) => services
        .AddSingleton<Outbound>()
        .AddSingleton<SourceFetcher>();
}
