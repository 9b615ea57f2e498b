using System.Net;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Doctor;

/// <summary>All that a checkup knows of the server, gathered once. Checks are pure functions of it.</summary>
internal sealed record ServerFacts
{
    public DateTimeOffset Now { get; init; }

    /// <summary>Where apps answer: <c>example.org</c>.</summary>
    public string Domain { get; init; } = "";

    public DaemonFacts Daemons { get; init; } = new("", null, null, null, null, null);

    /// <summary>Of the file system with Slipway's data, bytes.</summary>
    public (long Free, long Total) Disk { get; init; }

    /// <summary>Bytes, as the kernel counts them.</summary>
    public (long Available, long Total) Memory { get; init; }

    /// <summary>The kernel says that something keeps its clock right; null where it does not tell.</summary>
    public bool? ClockIsKept { get; init; }

    /// <summary>Time of the newest event; a clock that was set back is behind it.</summary>
    public DateTimeOffset? NewestEvent { get; init; }

    public KernelFacts Kernel { get; init; } = new(true, true, true, true, []);

    public IReadOnlyList<PortFacts> Ports { get; init; } = [];
    public IReadOnlyList<DomainFacts> Domains { get; init; } = [];

    /// <summary>By which the world reaches the server, as far as it can tell: of its own interfaces, and what its own name stands for.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];
    public IReadOnlyList<CertificateFacts> Certificates { get; init; } = [];
    public IReadOnlyList<BackupFacts> Backups { get; init; } = [];
    public MailFacts Mail { get; init; } = new(false, false, 0, null, null);

    /// <summary>Debian package that Slipway needs → its version; null where it is not installed. Empty where the host has no dpkg.</summary>
    public IReadOnlyDictionary<string, string?> Packages { get; init; } = new Dictionary<string, string?>();
    public IReadOnlyList<OrphanFacts> Orphans { get; init; } = [];
}

/// <param name="Version">slipwayd's.</param>
/// <param name="Runner">Null when it did not answer; then <paramref name="RunnerTrouble"/> says why.</param>
/// <param name="EdgeVersion">Null when it did not answer; then <paramref name="EdgeTrouble"/> says why.</param>
/// <param name="Reconciling">Why reconciling stands still; null when it does not.</param>
internal sealed record DaemonFacts(string Version, RunnerInfo? Runner, string? RunnerTrouble, string? EdgeVersion, string? EdgeTrouble, string? Reconciling);

/// <param name="MissingControllers">Cgroup controllers that limits are made of and the kernel has turned off.</param>
internal sealed record KernelFacts(bool Overlay, bool Seccomp, bool UserNamespaces, bool Forwarding, IReadOnlyList<string> MissingControllers);

/// <param name="Name">What should listen there.</param>
/// <param name="Trouble">Why it does not answer; null when it does.</param>
internal sealed record PortFacts(string Name, int Port, string? Trouble);

/// <param name="App">Null for the server's own name.</param>
/// <param name="Found">Null when the name stands for nothing.</param>
/// <param name="Trouble">What the resolver said.</param>
internal sealed record DomainFacts(string Name, string? App, IReadOnlyList<IPAddress>? Found, string? Trouble);

/// <param name="App">Null for the server's own.</param>
/// <param name="Trouble">Why its renewal failed.</param>
internal sealed record CertificateFacts(string Names, string? App, bool IsRenewed, DateTimeOffset? ExpiresAt, string? Trouble);

/// <summary>A PostgreSQL database and its newest backup.</summary>
/// <param name="LastGood">Null when there is none.</param>
/// <param name="FileIsThere">Of that backup.</param>
/// <param name="LastTrouble">Why the one after it failed; null when none did.</param>
internal sealed record BackupFacts(string Addon, string App, DateTimeOffset MadeAt, DateTimeOffset? LastGood, bool FileIsThere, string? LastTrouble);

/// <param name="IsNeeded">There is an app that could send, and the relay is there for it.</param>
/// <param name="Waiting">Messages on their way to the smarthost.</param>
/// <param name="Oldest">When the one of them that waits longest was sent.</param>
/// <param name="Answer">What the smarthost said to that one last; null when it was not reached.</param>
internal sealed record MailFacts(bool IsNeeded, bool RelayRuns, int Waiting, DateTimeOffset? Oldest, string? Answer);

/// <summary>Something that is there and belongs to nothing that the store knows.</summary>
/// <param name="Kind"><c>instance</c>, <c>mount</c>, <c>layer</c></param>
internal sealed record OrphanFacts(string Kind, string Name, long Bytes);
