using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Builds;

/// <summary>What preflight found in a source: everything that the build needs to know, decided from files alone.</summary>
internal sealed record BuildPlan
{
    /// <summary>For people, after the step: 'a Django project'.</summary>
    public required string Summary { get; init; }

    /// <summary>Folder of the source that becomes <c>/app</c>; empty for all of it.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Of a site that a tool has left in a folder of its own, below <see cref="Folder"/>: that alone becomes <c>/app</c>.</summary>
    public string Site { get; init; } = "";

    /// <summary>What of the folder does not become part of <c>/app</c>: names, at any depth; with a slash before it, only at the top.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>False where <c>/app</c> is only what the build makes of the source.</summary>
    public bool BeginsWithSource { get; init; } = true;

    /// <summary>What becomes <c>/app</c>, below the source.</summary>
    public string AppFolder => SourceFiles.Join(Folder, Site).TrimEnd('/');

    /// <summary>Where commands run, below <see cref="Folder"/>; empty for that itself.</summary>
    public string Root { get; init; } = "";

    /// <summary>Null when there is nothing to install: then there is no dependency layer.</summary>
    public DependencyPlan? Dependencies { get; init; }

    /// <summary>The build of the app finds again what it kept at the last one.</summary>
    public bool NeedsCache { get; init; }

    /// <summary>The Procfile; empty when there is none.</summary>
    public IReadOnlyDictionary<ProcessType, string> ProcessTypes { get; init; } = new Dictionary<ProcessType, string>();

    /// <summary>What app.json wants run at times.</summary>
    public IReadOnlyList<Cron.CronEntry> Cron { get; init; } = [];

    /// <summary>Variables that project.toml wants while the app is built; config vars go before them.</summary>
    public IReadOnlyDictionary<string, string> BuildEnv { get; init; } = new Dictionary<string, string>();

    /// <summary>Debian packages that the image has besides its stack's.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Registry that the platform itself pulls an image from; null for none.</summary>
    public string? Registry { get; init; }

    /// <summary>The build pulls images itself, beside commands of the user's own.</summary>
    public bool PullsInBuild { get; init; }

    /// <summary>What only this kind's own build knows how to read.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}

/// <param name="Kind">How they are written down, and so what installs them: <c>requirements</c>, <c>poetry</c>, <c>composer</c>, <c>npm</c>.</param>
/// <param name="File">The file that decides; null when there is none.</param>
/// <param name="Files">All files that the installation reads, it among them; below the source.</param>
/// <param name="NeedsSource">They name folders of the source itself (<c>-e .</c>), so the whole source takes part.</param>
internal sealed record DependencyPlan(string Kind, string? File, IReadOnlyList<string> Files, bool NeedsSource)
{
    /// <summary>Folders, absolute and in the container, that the installation leaves and the layer is made of.</summary>
    public required IReadOnlyList<string> Results { get; init; }

    /// <summary>Where among them it says what was installed.</summary>
    public required string FactsFile { get; init; }

    /// <summary>What else the installation depends on, besides files.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>Starts of the names of config vars that the installer itself reads.</summary>
    public IReadOnlyList<string> ConfigPrefixes { get; init; } = [];
}

/// <summary>The stacks that an app is built and run on.</summary>
/// <param name="Run">Null where the app brings its own file system.</param>
internal sealed record StackPair(StackInfo? Run, StackInfo Build);
