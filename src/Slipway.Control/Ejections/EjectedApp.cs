using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Addons;
using Slipway.Control.Cron;
using Slipway.Control.Images;

namespace Slipway.Control.Ejections;

/// <summary>An app as it runs, by the same values that its instances were started with. Every recipe is made of it, and of nothing else.</summary>
internal sealed record EjectedApp
{
    /// <summary>Of letters, digits and hyphens: good for a file, a unit, a container.</summary>
    public required string Name { get; init; }
    public required int Release { get; init; }
    public required int Uid { get; init; }
    public required IReadOnlyList<DomainName> Hosts { get; init; }
    public required bool HttpsOnly { get; init; }
    public required ImageFacts Facts { get; init; }

    /// <summary>Bottom first.</summary>
    public required IReadOnlyList<EjectedLayer> Layers { get; init; }

    /// <summary>What the image brings: PATH.</summary>
    public required IReadOnlyDictionary<string, string> ImageEnvironment { get; init; }

    /// <summary>What every process gets besides: config vars, secrets, what Slipway tells the app of itself. Databases by their new names.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Web first.</summary>
    public required IReadOnlyList<EjectedProcess> Processes { get; init; }

    /// <summary>What prepares a release, as an argument list; null for none.</summary>
    public required IReadOnlyList<string>? ReleaseCommand { get; init; }
    public required IReadOnlyList<EjectedCron> Cron { get; init; }

    /// <summary>Name → where it is in the file system of the app.</summary>
    public required IReadOnlyDictionary<string, string> Volumes { get; init; }
    public required IReadOnlyList<EjectedDatabase> Databases { get; init; }

    /// <summary>Web processes listen on the file that <c>SLIPWAY_SOCKET</c> names; else on <c>PORT</c>.</summary>
    public required bool ListensOnSocket { get; init; }

    public EjectedProcess? Web => Processes.FirstOrDefault(process => process.Type == "web");

    /// <summary>Something has to stand before the app: the web processes themselves serve no static files.</summary>
    public bool IsServed => Web is not null || Facts.Site is not null;
}

/// <param name="Sha256">Of the layer as a tar archive.</param>
/// <param name="Bytes">Of that archive.</param>
internal sealed record EjectedLayer(Digest Digest, string Sha256, long Bytes)
{
    /// <summary>Where the archive lies: an OCI image layout, which skopeo, podman and umoci read.</summary>
    public string Path => $"image/blobs/sha256/{Sha256}";
}

/// <param name="Command">Argument list. What it takes from the environment is still in it by name.</param>
/// <param name="Environment">What other types of process do not get: PORT.</param>
internal sealed record EjectedProcess(
    string Type, int Quantity, ResourceLimits Limits, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>As systemd and Kubernetes let things be called.</summary>
    public string Name => Type.ToLowerInvariant().Replace('_', '-');
}

internal sealed record EjectedCron(CronEntry Entry, IReadOnlyList<string> Command, ResourceLimits Limits)
{
    public string Name { get; } = new([.. Entry.Name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
}

/// <param name="Attachment">The app's name for it: <c>DATABASE</c>.</param>
/// <param name="Addon">By which it is asked for its dump.</param>
/// <param name="Host">Name by which the ejected app reaches it.</param>
/// <param name="Url">With that name in it.</param>
internal sealed record EjectedDatabase(string Attachment, Guid Addon, AddonKind Kind, string Plan, string Host, Uri Url)
{
    public AddonElsewhere Elsewhere { get; } = Kind.Elsewhere(Url, Plan);

    public string Dump => $"databases/{Attachment}.{Elsewhere.Extension}";

    /// <summary>What makes it, empty, in a server of one's own.</summary>
    public string Create => $"databases/{Attachment}.create.sql";

    /// <summary>Environment of a container that is nothing but this database.</summary>
    public string EnvironmentFile => $"databases/{Attachment}.env";
}
