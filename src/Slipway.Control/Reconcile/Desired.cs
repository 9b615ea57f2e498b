using System.Security.Cryptography;
using System.Text;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Store;

namespace Slipway.Control.Reconcile;

/// <summary>What should be, as the store says at one moment.</summary>
/// <param name="Servers">Instances that serve apps (add-ons): one of each, named by the spec; its id is replaced at each start.</param>
internal sealed record Desired(IReadOnlyList<DesiredApp> Apps, IReadOnlyList<InstanceSpec> Servers)
{
    /// <summary>Of all apps and of the server; none where it serves no HTTPS.</summary>
    public IReadOnlyList<DesiredCertificate> Certificates { get; init; } = [];

    /// <summary><see cref="RoutingRevision.Challenges"/>, in a fixed order.</summary>
    public IReadOnlyDictionary<string, string> Challenges { get; init; } = new Dictionary<string, string>();

    public DesiredApp? App(AppName name) => Apps.FirstOrDefault(app => app.Name == name);
}

internal sealed record DesiredApp
{
    public required AppName Name { get; init; }

    /// <summary>Own host name first, then the user's domains.</summary>
    public required IReadOnlyList<DomainName> Hosts { get; init; }
    public bool Maintenance { get; init; }

    /// <summary>What comes over HTTP is sent to HTTPS.</summary>
    public bool HttpsOnly { get; init; }

    /// <summary>Certificates that the user chose, by their file's id.</summary>
    public IReadOnlyDictionary<DomainName, string> Assigned { get; init; } = new Dictionary<DomainName, string>();

    /// <summary>Everything of it is to go.</summary>
    public bool Destroyed { get; init; }
    public DesiredRelease? Current { get; init; }
    public DesiredRelease? Candidate { get; init; }
    public CandidatePhase? Phase { get; init; }
}

/// <param name="App">Null for the server's own.</param>
/// <param name="Names">That it is for, stars among them.</param>
internal sealed record DesiredCertificate(string FileId, string Kind, AppName? App, IReadOnlyList<string> Names, DateTimeOffset Until);

/// <param name="Processes">By process type, in the order of the Procfile; <c>release</c> is not among them.</param>
internal sealed record DesiredRelease(int Version, IReadOnlyList<DesiredProcess> Processes, IReadOnlyList<StaticMount> Static)
{
    /// <summary>Set for files alone, which need no instance.</summary>
    public StaticSite? Site { get; init; }

    public HealthCheck Health { get; init; } = HealthCheck.Default;

    /// <summary>Where its web process listens: <c>$PORT</c>.</summary>
    public int Port { get; init; } = InstanceSpecs.WebPort;

    public IReadOnlyList<HeaderRule> Headers { get; init; } = [];

    public DesiredProcess? Web => Processes.FirstOrDefault(process => process.IsWeb);
}

/// <summary>The instances wanted of a process type, each whole but for its id.</summary>
internal sealed record DesiredProcess(ProcessType Type, IReadOnlyList<InstanceSpec> Instances)
{
    public bool IsWeb => Type.Value == "web";

    /// <summary>Six hex digits that change with what a user may change without making a release: size, host names, HTTPS alone.</summary>
    public required string Shape { get; init; }

    public static string ShapeOf(string size, IEnumerable<DomainName> hosts, bool httpsOnly = false) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            size + (httpsOnly ? "\nhttps\n" : "\n") + string.Join('\n', hosts.Select(host => host.Value)))).AsSpan(0, 3));
}
