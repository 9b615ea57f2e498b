using System.Globalization;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Runner;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Apps;
using Slipway.Control.Instances;

namespace Slipway.Control.Api;

/// <summary>What there is to choose from: regions (one), stacks, sizes. The same to everybody.</summary>
internal static class PlatformApi
{
    private static readonly Sorting<Stack> StackOrder = new Sorting<Stack>(one => one.Id).Text("name", one => one.Name, isUnique: true).Id();
    private static readonly Sorting<DynoSize> SizeOrder = new Sorting<DynoSize>(one => one.Id).Text("name", one => one.Name, isUnique: true).Id();
    private static readonly Sorting<Region> RegionOrder = new Sorting<Region>(one => one.Id).Text("name", one => one.Name, isUnique: true).Id();

    public static void MapPlatform(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/regions", Regions).WithName("region.list").In(Area.Apps);
        routes.MapGet("/regions/{region}", Region).WithName("region.show").In(Area.Apps);
        routes.MapGet("/stacks", StacksAsync).WithName("stacks.list").In(Area.Apps);
        routes.MapGet("/stacks/{stack}", StackAsync).WithName("stacks.show").In(Area.Apps);
        routes.MapGet("/dyno-sizes", Sizes).WithName("dyno-size.list").In(Area.Apps);
        routes.MapGet("/dyno-sizes/{size}", Size).WithName("dyno-size.show").In(Area.Apps);
        routes.MapGet("/apps/{app}/available-dyno-sizes", (HttpContext context, AppRequest request) => Sizes(context)).WithName("dyno-size.list-app");
    }

    private static IResult Regions(HttpContext context) => ApiJson.Ok(RegionOrder.Page(context, [AppViews.Here]), ContractsJson.Default.IReadOnlyListRegion);

    private static IResult Region(string region) =>
        ApiJson.Ok(region == AppViews.Here.Name || region == AppViews.Here.Id.ToString() ? AppViews.Here : throw AppRequest.NotFound("region", region), ContractsJson.Default.Region);

    private static async Task<IResult> StacksAsync(HttpContext context, RunnerClient runner, CancellationToken cancel) =>
        ApiJson.Ok(StackOrder.Page(context, await AllStacksAsync(runner, cancel)), ContractsJson.Default.IReadOnlyListStack);

    private static async Task<IResult> StackAsync(string stack, RunnerClient runner, CancellationToken cancel) =>
        ApiJson.Ok(
            (await AllStacksAsync(runner, cancel)).FirstOrDefault(one => one.Name == stack || one.Id.ToString() == stack) ?? throw AppRequest.NotFound("stack", stack),
            ContractsJson.Default.Stack);

    /// <summary>The stacks that apps run on; those that they are built on are Slipway's own affair.</summary>
    private static async Task<IReadOnlyList<Stack>> AllStacksAsync(RunnerClient runner, CancellationToken cancel)
    {
        var stacks = await runner.CallAsync(RunnerVerb.Stacks, ContractsJson.Default.IReadOnlyListStackInfo, cancel);
        return [.. from stack in stacks
                   where !stack.Name.Value.EndsWith("-build", StringComparison.Ordinal)
                   let built = DateTimeOffset.TryParse(stack.Date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : DateTimeOffset.UnixEpoch
                   select new Stack
                   {
                       Id = AppViews.StackOf(stack.Name.Value).Id,
                       Name = stack.Name.Value,
                       Default = stack.Name == Stacks.StackCatalog.Python,
                       CreatedAt = built,
                       UpdatedAt = built,
                   }];
    }

    private static IResult Sizes(HttpContext context) => ApiJson.Ok(SizeOrder.Page(context, InstanceSize.All.Select(View)), ContractsJson.Default.IReadOnlyListDynoSize);

    /// <param name="size">Name, one of Heroku's names, or id.</param>
    private static IResult Size(string size) =>
        ApiJson.Ok(InstanceSize.All.Select(View).FirstOrDefault(one => one.Id.ToString() == size) ?? View(InstanceSize.Named(size)), ContractsJson.Default.DynoSize);

    private static DynoSize View(InstanceSize size) => new()
    {
        Id = StableId.Of(Guid.Empty, "size/" + size.Name),
        Name = size.Name,
        Compute = size.Cpus,
        DynoUnits = size.Cpus,
        PreciseDynoUnits = size.Limits.CpuMillis / 1000.0,
        Memory = size.Limits.MemoryBytes / (double)(1L << 30),
    };
}
