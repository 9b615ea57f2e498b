using System.Net.Http.Headers;
using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Sources;
using Slipway.Control.Uploads;

namespace Slipway.Control.Remotes;

/// <param name="Version">For people: the commit; null for an archive.</param>
internal sealed record FetchedSource(Digest Digest, string? Version);

/// <summary>Brings a source in from an address. On any failure nothing is left behind.</summary>
internal sealed class SourceFetcher(Outbound outbound, UploadStore uploads, SourceStore sources, RemoteRepositories repositories, CommitSources commits)
{
    /// <exception cref="SlipwayException">What <see cref="RemoteErrors"/> and the source store say.</exception>
    /// <param name="say">Shows whoever waits a line.</param>
    public Task<FetchedSource> FetchAsync(RemoteSource source, Func<string, ValueTask> say, CancellationToken cancel) =>
        source.IsRepository ? FetchRepositoryAsync(source, say, cancel) : FetchArchiveAsync(source, cancel);

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

    private Task<FetchedSource> FetchRepositoryAsync(RemoteSource source, Func<string, ValueTask> say, CancellationToken cancel) =>
        repositories.FetchAsync(source, source.Branch is { } name ? $"refs/heads/{name}" : "HEAD", async commit =>
            new FetchedSource(await commits.ImportAsync(commit, source.Url, say, cancel), await commit.DescribeAsync(cancel)), cancel);

    /// <summary>Asks the repository for its branch, and takes nothing of it.</summary>
    /// <exception cref="SlipwayException">What <see cref="RemoteErrors"/> say.</exception>
    public Task<bool> HasBranchAsync(RemoteSource source, CancellationToken cancel) => repositories.HasBranchAsync(source, cancel);

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
        .AddSingleton<RemoteRepositories>()
        .AddSingleton<CommitSources>()
        .AddSingleton<SourceFetcher>();
}
