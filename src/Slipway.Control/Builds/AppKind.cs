using Slipway.Contracts.Names;

namespace Slipway.Control.Builds;

/// <summary>
/// A kind of app that Slipway builds and runs: Python, PHP, static files, … Each has a folder beside this file with its
/// rules on files alone, and a package of the same name in <c>slipway_build</c> that does what they decide.
/// </summary>
internal abstract class AppKind
{
    /// <summary>What <c>slipway.toml</c> and the config var <see cref="Preflight.KindVariable"/> call it; a module's name in Python, too.</summary>
    public abstract string Name { get; }

    /// <summary>The lowest layer of its images; null where the app brings a whole file system of its own.</summary>
    public abstract StackName? RunStack { get; }

    /// <summary>What its build containers run on; holds a python3 for <c>slipway_build</c>.</summary>
    public abstract StackName BuildStack { get; }

    /// <summary>Its builds have users of their own, among them a root that is nobody outside: they make files of several owners.</summary>
    public virtual bool IsRootInBuild => false;

    /// <summary>Programs that tell this kind when the <c>web:</c> line of a Procfile starts with one.</summary>
    public virtual IReadOnlySet<string> Programs { get; } = new HashSet<string>();

    /// <summary>First words of the keys of slipway.toml that only some kinds know: <c>server</c>, <c>python</c>.</summary>
    public virtual IReadOnlySet<string> ManifestKeys { get; } = new HashSet<string>();

    /// <summary>What in the source speaks for this kind; null when nothing does.</summary>
    public abstract Sign? Recognize(Survey survey);

    /// <summary>Decides everything that the build needs to know, and adds to the survey's findings what would fail.</summary>
    public abstract BuildPlan Plan(Survey survey, StackPair stacks);
}

/// <param name="Found">For people, after 'because of': <c>mysite/manage.py</c>.</param>
internal sealed record Sign(Weight Weight, string Found);

/// <summary>How much a sign says. The weightiest decides; two of the same weight are for the user to decide between.</summary>
internal enum Weight
{
    /// <summary>Many sources have it, whatever they are: an index.html.</summary>
    Faint,

    /// <summary>It tells how to run something, and not what: a Procfile, a Dockerfile.</summary>
    Slight,

    /// <summary>Common in sources of this kind, and beside the point in some of another: a package.json.</summary>
    Fair,

    /// <summary>Only sources of this kind have it: a manage.py of Django.</summary>
    Strong,

    /// <summary>It is there for nothing else than to say so: a list of buildpacks.</summary>
    Said,
}
