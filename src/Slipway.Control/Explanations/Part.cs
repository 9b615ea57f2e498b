using Slipway.Contracts.Api;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>One part of what Slipway did for an app, told with the values that it did it with.</summary>
internal abstract class Part
{
    /// <summary>One of <see cref="ExplainedParts"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Unmasked: <see cref="Explainer"/> sees to that.</summary>
    public abstract Task<IReadOnlyList<ExplainedSection>> ExplainAsync(AppRow app, CancellationToken cancel);
}
