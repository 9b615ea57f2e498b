using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Instances;

/// <summary>How big an instance is; chosen by name for each process type.</summary>
internal sealed record InstanceSize(string Name, ResourceLimits Limits)
{
    private const long MiB = 1L << 20;

    public static InstanceSize Small { get; } = new("small", new ResourceLimits(256 * MiB, 500, 256, 2048 * MiB));
    public static InstanceSize Standard { get; } = new("standard", new ResourceLimits(512 * MiB, 1000, 256, 2048 * MiB));
    public static InstanceSize Large { get; } = new("large", new ResourceLimits(1024 * MiB, 2000, 256, 2048 * MiB));
    public static InstanceSize XLarge { get; } = new("xlarge", new ResourceLimits(2048 * MiB, 2000, 256, 2048 * MiB));

    public static IReadOnlyList<InstanceSize> All { get; } = [Small, Standard, Large, XLarge];

    public static InstanceSize Default => Standard;

    /// <summary>
    /// Worker processes that a web server should run in this size: two a core and one, as gunicorn advises, but no more
    /// than the memory holds at 128 MiB each; at least two, so that one slow request does not stop the instance.
    /// </summary>
    public int WebConcurrency =>
        (int)Math.Max(2, Math.Min(2 * Math.Max(1, Limits.CpuMillis / 1000) + 1, Limits.MemoryBytes / (128 * MiB)));

    /// <summary>Whole processors, at least one: what an ASGI server has workers for, each of which waits for many requests at once.</summary>
    public int Cpus => Math.Max(1, Limits.CpuMillis / 1000);

    /// <summary>Heroku's names for sizes of about as much memory, so that what names those goes on working.</summary>
    private static readonly Dictionary<string, InstanceSize> Herokus = new(StringComparer.OrdinalIgnoreCase)
    {
        ["free"] = Standard, ["hobby"] = Standard, ["eco"] = Standard, ["basic"] = Standard, ["1x"] = Standard, ["standard-1x"] = Standard,
        ["2x"] = Large, ["standard-2x"] = Large, ["private-s"] = Large, ["shield-s"] = Large,
        ["performance-m"] = XLarge, ["private-m"] = XLarge, ["shield-m"] = XLarge,
    };

    /// <exception cref="SlipwayException">422 <c>unknown_size</c>.</exception>
    public static InstanceSize Named(string name) =>
        All.FirstOrDefault(size => size.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? Herokus.GetValueOrDefault(name)
        ?? throw new SlipwayException(422, new SlipwayError("unknown_size", $"{Contracts.Names.TypedName.Quote(name)} is not an instance size.")
        {
            Why = "The sizes are " + string.Join(", ", All.Select(size => $"{size.Name} ({size.Limits.MemoryBytes / MiB} MiB, {size.Limits.CpuMillis / 1000.0:0.#} CPU)")) + "; Heroku's eco, basic, standard-1x, standard-2x and performance-m are taken for the nearest.",
            Next = "slipway scale web=1:standard",
        });
}
