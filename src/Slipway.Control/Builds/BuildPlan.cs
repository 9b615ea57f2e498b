using System.Text.Json.Serialization;
using Slipway.Contracts;
using Slipway.Contracts.Names;

namespace Slipway.Control.Builds;

/// <summary>What preflight found in a source: everything that the build needs to know, decided from files alone.</summary>
internal sealed record BuildPlan
{
    /// <summary>Where commands run: the folder of the Procfile, else of manage.py. Below the source; empty for the source itself.</summary>
    public required string Root { get; init; }

    /// <summary>Path below the source; null when the app is not a Django project.</summary>
    public string? ManagePy { get; init; }

    /// <summary>See <see cref="DjangoProject.VersionOf"/>; only where no dependency file says it.</summary>
    public string? DjangoVersion { get; init; }
    public required DependencyPlan Dependencies { get; init; }

    /// <summary>The Procfile; empty when there is none.</summary>
    public IReadOnlyDictionary<ProcessType, string> ProcessTypes { get; init; } = new Dictionary<ProcessType, string>();

    /// <summary>One line a decision, with its reason, for the deploy's log.</summary>
    public required IReadOnlyList<string> Decisions { get; init; }
}

/// <param name="File">The file that decides; null for <see cref="DependencyKind.None"/>.</param>
/// <param name="Files">All files that the installation reads, it among them.</param>
/// <param name="NeedsSource">They name folders of the source itself (<c>-e .</c>), so the whole source takes part.</param>
internal sealed record DependencyPlan(DependencyKind Kind, string? File, IReadOnlyList<string> Files, bool NeedsSource)
{
    public static DependencyPlan None { get; } = new(DependencyKind.None, null, [], false);
}

[JsonConverter(typeof(SnakeCaseEnumConverter<DependencyKind>))]
internal enum DependencyKind { None, Requirements, Pyproject, Poetry, Pipenv, Uv }
