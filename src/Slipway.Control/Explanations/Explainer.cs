using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>Explains an app by its parts. No secret leaves here.</summary>
internal sealed class Explainer(IEnumerable<Part> parts, AppSecrets secrets)
{
    /// <exception cref="SlipwayException">404: no such part; 409 <c>no_release</c>.</exception>
    public async Task<IReadOnlyList<ExplainedSection>> ExplainAsync(AppRow app, string named, CancellationToken cancel)
    {
        var part = parts.FirstOrDefault(one => one.Name == named)
            ?? throw new SlipwayException(404, new SlipwayError("not_found", $"{TypedName.Quote(named)} is nothing that can be explained.") { Why = $"There are {string.Join(", ", ExplainedParts.All)}." });
        if (app.CurrentReleaseId is null && named is not "deploy")
            throw new SlipwayException(409, new SlipwayError("no_release", $"{app.Name} has no release yet.") { Next = $"slipway explain deploy --app {app.Name}" });
        var mask = await secrets.OfAsync(app, cancel);
        return [.. (await part.ExplainAsync(app, cancel)).Select(section => section with { Why = mask.Apply(section.Why), Lines = [.. section.Lines.Select(mask.Apply)] })];
    }
}
