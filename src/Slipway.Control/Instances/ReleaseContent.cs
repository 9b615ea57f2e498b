using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Images;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Instances;

/// <summary>What a release is made of, opened and parsed once: releases do not change.</summary>
internal sealed record ReleaseContent
{
    public required AppName App { get; init; }
    public required int Version { get; init; }
    public required IReadOnlyList<Digest> Layers { get; init; }
    public required ImageFacts Facts { get; init; }
    public required IReadOnlyDictionary<string, string> ConfigVars { get; init; }

    /// <summary>Process type → command line; <c>release</c> among them.</summary>
    public required IReadOnlyDictionary<string, string> ProcessTypes { get; init; }

    /// <summary>Null when the release has no image yet, and so nothing to run.</summary>
    /// <param name="release">With its image.</param>
    public static ReleaseContent? Open(AppRow app, ReleaseRow release, SecretBox secrets) => release.Image is not { } image ? null : new()
    {
        App = AppName.Parse(app.Handle),
        Version = release.Version,
        Layers = ImageLayers.Of(image),
        Facts = ImageFacts.Parse(image.Facts),
        ConfigVars = secrets.OpenMap(release.ConfigVars),
        ProcessTypes = JsonSerializer.Deserialize(release.ProcessTypes, ContractsJson.Default.IReadOnlyDictionaryStringString)!,
    };

    /// <summary>The site, when the release is one of files alone: its directory as the edge finds it.</summary>
    public StaticSite? Site(ServerConfig server) =>
        Facts.Site is { } site && DirectoryOf(site.Directory, server) is { } directory ? site with { Directory = directory } : null;

    public IReadOnlyList<HeaderRule> HeaderRules() =>
        [.. Facts.Headers.OrderBy(rule => rule.Key, StringComparer.Ordinal).Select(rule => new HeaderRule(rule.Key, rule.Value))];

    /// <summary>What the edge serves itself: folders of the image, from the topmost layer that has each, and public volumes.</summary>
    public IReadOnlyList<StaticMount> StaticMounts(ServerConfig server)
    {
        var mounts = new List<StaticMount>();
        foreach (var (prefix, folder) in Facts.Static)
        {
            if (DirectoryOf(folder, server) is { } directory) mounts.Add(new StaticMount(prefix, directory, StaticKind.Layer));
        }

        foreach (var (prefix, volume) in Facts.PublicVolumes)
            mounts.Add(new StaticMount(prefix, Path.Join(server.VolumesDirectory, App.Value, VolumeName.Parse(volume).Value), StaticKind.Volume));
        return [.. mounts.OrderBy(mount => mount.Prefix, StringComparer.Ordinal)];
    }

    private string? DirectoryOf(string folder, ServerConfig server) => Layers.Reverse()
        .Select(layer => Path.Join(server.LayersDirectory, layer.FileName, folder))
        .FirstOrDefault(Directory.Exists);
}
