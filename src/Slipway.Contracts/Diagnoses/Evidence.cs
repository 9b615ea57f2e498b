using System.Text.Json.Serialization;

namespace Slipway.Contracts.Diagnoses;

[JsonConverter(typeof(SnakeCaseEnumConverter<EvidenceKind>))]
public enum EvidenceKind
{
    /// <summary>Lines of a file of the source; <see cref="Evidence.File"/> and <see cref="Evidence.Line"/> say where.</summary>
    File,

    /// <summary>Lines of a log.</summary>
    Log,

    /// <summary>How a process ended.</summary>
    Exit,

    /// <summary>Processes that ran.</summary>
    Processes,

    /// <summary>Sockets of the instance's own network.</summary>
    Sockets,

    /// <summary>What the kernel counted for the instance's control group.</summary>
    Cgroup,

    /// <summary>A request and its answer.</summary>
    Http,

    /// <summary>Something that Slipway knows of the app: a package, a config var, an add-on.</summary>
    Fact,
}

/// <summary>Something that anybody can look at and see the cause.</summary>
/// <param name="Title">What it is of: <c>web.1, the end of its log</c>.</param>
/// <param name="Lines">At most 30.</param>
public sealed record Evidence(EvidenceKind Kind, string Title, IReadOnlyList<string> Lines)
{
    /// <summary>Path below the source.</summary>
    public string? File { get; init; }

    /// <summary>Counted from 1; of the first of <see cref="Lines"/>.</summary>
    public int? Line { get; init; }
}
