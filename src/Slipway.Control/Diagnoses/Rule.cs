using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses;

/// <summary>
/// One cause of failures. A rule only reads facts: an exit status, a socket, a counter, a file first, what somebody wrote
/// into a log last. It returns null unless the facts say that this is the cause.
/// </summary>
/// <remarks>
/// To add one: a file in <c>Rules/</c>, a line in <see cref="KnownRules"/>, a section in docs/diagnosis.md, and a folder
/// <c>tests/diagnosis/CODE/</c> with apps that fail and one that looks alike and does not; a test asks for all four.
/// </remarks>
internal abstract class Rule
{
    /// <summary><see cref="Diagnosis.Code"/></summary>
    public abstract string Code { get; }

    /// <summary>When it may be the cause; it is not asked else.</summary>
    public abstract IReadOnlySet<Stage> Stages { get; }

    /// <summary>The diagnosis, should this be the cause; <see cref="Diagnosis.Stage"/> and <see cref="Diagnosis.Page"/> are filled in.</summary>
    public abstract Diagnosis? Look(Facts facts);

    protected static IReadOnlySet<Stage> At(params Stage[] stages) => stages.ToHashSet();

    protected Diagnosis Found(string title) => new(Code, title) { Confidence = Confidence.Certain };
}
