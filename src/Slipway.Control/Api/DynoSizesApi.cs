using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Instances;

namespace Slipway.Control.Api;

/// <summary>The sizes of instances, under Heroku's name for them.</summary>
internal static class DynoSizesApi
{
    private const double GiB = 1L << 30;

    /// <summary>Sizes are the same on every server, and so are their ids.</summary>
    private static readonly Guid Scope = new("5a1e0000-0000-4000-8000-000000000003");

    private static readonly IReadOnlyList<DynoSize> Sizes = [.. InstanceSize.All.Select(View)];

    public static void MapDynoSizes(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/dyno-sizes", () => ApiJson.Ok(Sizes, ContractsJson.Default.IReadOnlyListDynoSize)).WithName("dyno-size.list");
        routes.MapGet("/dyno-sizes/{size}", Get).WithName("dyno-size.show");
    }

    /// <param name="size">Name, one of Heroku's names, or id.</param>
    private static IResult Get(string size)
    {
        var found = Sizes.FirstOrDefault(one => one.Id.ToString() == size) ?? Sizes.First(one => one.Name == InstanceSize.Named(size).Name);
        return ApiJson.Ok(found, ContractsJson.Default.DynoSize);
    }

    private static DynoSize View(InstanceSize size)
    {
        var memory = size.Limits.MemoryBytes / GiB;
        return new DynoSize(
            StableId.Of(Scope, size.Name), size.Name, (int)Math.Ceiling(memory), memory, size.Cpus, size.Limits.CpuMillis / 1000.0, size.Cpus,
            Dedicated: false, PrivateSpaceOnly: false, Cost: null);
    }
}
