using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.AppFiles;
using Slipway.Control.Builds;
using Slipway.Control.Remotes;
using Slipway.Control.Sources;

namespace Slipway.Control.Setups;

/// <summary>A source as a button's page shows it.</summary>
/// <param name="File">Null when the source has no app.json.</param>
/// <param name="Token">Names exactly this source, to whoever saw it, for an hour.</param>
internal sealed record Template(string Address, string? Version, AppFileReading? File, string Token);

/// <summary>A source that somebody was shown: what is deployed is what was looked at, whatever the repository became since.</summary>
internal sealed record SeenSource(Digest Digest, string? Version);

/// <summary>Brings in what a button leads to, and looks at it. Nothing but a copy of the source comes of it.</summary>
internal sealed class Templates(SourceFetcher fetcher, SourceStore sources, Capabilities capabilities)
{
    public const string Path = "/slipway/templates/";
    private const string Grant = "template";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <exception cref="Contracts.Errors.SlipwayException">What the address, the fetch or the source store say.</exception>
    public async Task<Template> LookAsync(string? address, CancellationToken cancel)
    {
        var remote = TemplateAddress.Parse(address);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        FetchedSource fetched;
        try
        {
            fetched = await fetcher.FetchAsync(remote, _ => ValueTask.CompletedTask, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw RemoteErrors.Unreachable(remote.Url.IdnHost, $"It was not all here within {Patience.TotalSeconds:0} seconds.");
        }

        var shown = remote.Branch is null ? remote.Shown : $"{remote.Shown}#{remote.Branch}";
        var version = fetched.Version ?? shown;
        return new Template(shown, fetched.Version, FileOf(fetched.Digest), capabilities.Issue($"{Grant} {fetched.Digest} {version[..Math.Min(version.Length, 200)]}", Life));
    }

    /// <returns>Null for any other address than one that a page was given.</returns>
    /// <exception cref="Contracts.Errors.SlipwayException">422 <c>template_expired</c>.</exception>
    public SeenSource? Find(Uri? url)
    {
        if (url is not { IsAbsoluteUri: true } || !url.AbsolutePath.StartsWith(Path, StringComparison.Ordinal)) return null;
        return capabilities.Check(url.AbsolutePath[Path.Length..])?.Split(' ', 3) is [Grant, var digest, var version]
            ? new SeenSource(Digest.Parse(digest), version)
            : throw SetupErrors.TemplateTooOld();
    }

    public bool Has(Digest source) => sources.Exists(source);

    /// <returns>Null when the source has none.</returns>
    public AppFileReading? FileOf(Digest source) => AppFileReader.Find(new SourceFiles(sources.Find(source).Path), "");
}
