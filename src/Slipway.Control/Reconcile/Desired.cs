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
    public DesiredApp? App(AppName name) => Apps.FirstOrDefault(app => app.Name == name);
}

internal sealed record DesiredApp
{
    public required AppName Name { get; init; }

    /// <summary>Own host name first, then the user's domains.</summary>
    public required IReadOnlyList<DomainName> Hosts { get; init; }
    public bool Maintenance { get; init; }

    /// <summary>Everything of it is to go.</summary>
    public bool Destroyed { get; init; }
    public DesiredRelease? Current { get; init; }
    public DesiredRelease? Candidate { get; init; }
    public CandidatePhase? Phase { get; init; }
}

/// <param name="Processes">By process type, in the order of the Procfile; <c>release</c> is not among them.</param>
internal sealed record DesiredRelease(int Version, IReadOnlyList<DesiredProcess> Processes, IReadOnlyList<StaticMount> Static)
{
    /// <summary>Set for files alone, which need no instance.</summary>
    public StaticSite? Site { get; init; }

    public HealthCheck Health { get; init; } = HealthCheck.Default;

    public IReadOnlyList<HeaderRule> Headers { get; init; } = [];

    public DesiredProcess? Web => Processes.FirstOrDefault(process => process.IsWeb);
}

/// <summary>The instances wanted of a process type, each whole but for its id.</summary>
internal sealed record DesiredProcess(ProcessType Type, IReadOnlyList<InstanceSpec> Instances)
{
    public bool IsWeb => Type.Value == "web";

    /// <summary>Six hex digits that change with what a user may change without making a release: size and host names.</summary>
    public required string Shape { get; init; }

    public static string ShapeOf(string size, IEnumerable<DomainName> hosts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(size + "\n" + string.Join('\n', hosts.Select(host => host.Value)))).AsSpan(0, 3));
}
