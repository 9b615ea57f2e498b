using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Addons;

/// <summary>What there is to be had.</summary>
internal static class AddonKinds
{
    public static AddonKind Of(string service) => AddonKind.All.Single(kind => kind.Service == service);

    /// <param name="asked"><c>redis</c>, <c>redis:cache</c>, or what it is called elsewhere: <c>heroku-redis:mini</c>.</param>
    /// <exception cref="SlipwayException">422 <c>unknown_addon</c>, <c>unknown_plan</c>.</exception>
    public static (AddonKind Kind, string Plan) Named(string? asked)
    {
        var parts = (asked ?? "").Split(':', 2);
        if (AddonKind.All.FirstOrDefault(kind => kind.Service == parts[0]) is { } known)
        {
            if (parts.Length == 1) return (known, known.Plans[0].Name);
            return known.Plans.Any(plan => plan.Name == parts[1]) ? (known, parts[1]) : throw UnknownPlan(known, parts[1]);
        }

        // Another platform's plans are sizes that there are none of here; one that is ours is meant.
        if (parts.Length == 2 && AddonKind.All.FirstOrDefault(one => one.Aliases.Contains(parts[0]) && one.Plans.Any(plan => plan.Name == parts[1])) is { } same) return (same, parts[1]);
        return AddonKind.All.FirstOrDefault(kind => kind.Aliases.Contains(parts[0])) is { } kind ? (kind, kind.Plans[0].Name) : throw Unknown(asked);
    }

    private static SlipwayException Unknown(string? asked) =>
        new(422, new SlipwayError("unknown_addon", $"{TypedName.Quote(asked)} is not an add-on of this server.")
        {
            Why = $"There are {string.Join(", ", AddonKind.All.Select(kind => kind.Service))}.",
            Next = "slipway addons create postgresql",
        });

    private static SlipwayException UnknownPlan(AddonKind kind, string asked) =>
        new(422, new SlipwayError("unknown_plan", $"{kind.Service} has no plan {TypedName.Quote(asked)}.")
        {
            Why = "Its plans are: " + string.Join(" ", kind.Plans.Select(plan => $"{plan.Name}: {plan.Words}")),
            Next = $"slipway addons create {kind.Service}:{kind.Plans[0].Name}",
        });
}
