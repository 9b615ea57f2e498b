using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;
using Slipway.Control.Addons;

namespace Slipway.Control.Api;

/// <summary>Which add-ons there are to be had. The same for everybody.</summary>
internal static class AddonServicesApi
{
    private static readonly DateTimeOffset Since = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void MapAddonServices(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/addon-services", List).WithName("addon-service.list");
        routes.MapGet("/addon-services/{service}", Get).WithName("addon-service.show");
        routes.MapGet("/addon-services/{service}/plans", Plans).WithName("plan.list");
        routes.MapGet("/addon-services/{service}/plans/{plan}", Plan).WithName("plan.show");
    }

    public static AddonPlanView View(AddonKind kind, string name)
    {
        var plan = kind.Plans.Single(one => one.Name == name);
        var whole = $"{kind.PublicName}:{plan.Name}";
        return new AddonPlanView
        {
            Id = StableId.Of(Guid.Empty, whole),
            Name = whole,
            HumanName = $"{plan.Name[..1].ToUpperInvariant()}{plan.Name[1..]}",
            Description = plan.Words,
            AddonService = AddonViews.Service(kind),
            Default = plan == kind.Plans[0],
            CreatedAt = Since,
            UpdatedAt = Since,
        };
    }

    private static IResult List() => ApiJson.Ok([.. AddonKind.All.Select(View)], ContractsJson.Default.IReadOnlyListAddonService);

    private static IResult Get(string service) => ApiJson.Ok(View(Find(service)), ContractsJson.Default.AddonService);

    private static IResult Plans(string service)
    {
        var kind = Find(service);
        return ApiJson.Ok([.. kind.Plans.Select(plan => View(kind, plan.Name))], ContractsJson.Default.IReadOnlyListAddonPlanView);
    }

    private static IResult Plan(string service, string plan)
    {
        var kind = Find(service);
        var found = kind.Plans.Select(one => View(kind, one.Name)).FirstOrDefault(one => one.Name == plan || one.Name == $"{kind.PublicName}:{plan}" || one.Id.ToString() == plan);
        return ApiJson.Ok(found ?? throw AppRequest.NotFound("plan", plan), ContractsJson.Default.AddonPlanView);
    }

    private static AddonKind Find(string named) =>
        AddonKind.All.FirstOrDefault(kind => kind.PublicName == named || kind.Service == named || kind.Aliases.Contains(named) || AddonViews.Service(kind).Id.ToString() == named)
            ?? throw AppRequest.NotFound("add-on service", named);

    private static AddonService View(AddonKind kind) => new(
        AddonViews.Service(kind).Id, kind.PublicName, kind.HumanName, "ga", SupportsMultipleInstallations: true, SupportsSharing: true, CliPluginName: null, Since, Since);
}
