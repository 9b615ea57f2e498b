using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Traffic;

namespace Slipway.Control.Metrics;

/// <summary>
/// What the runner and the edge said last. Both count from the start of a process of theirs, so what is new is the difference.
/// It is written down with the numbers that were made of it, in one transaction: a slipwayd that was killed goes on from there.
/// </summary>
/// <param name="At">When; null before the first answer of each.</param>
/// <param name="Workers">Also some that are not in the last answer: they may only have been late with it.</param>
internal sealed record LastRead(DateTimeOffset? UsageAt, IReadOnlyList<InstanceUsage> Usage, DateTimeOffset? TrafficAt, IReadOnlyList<WorkerTraffic> Workers)
{
    public static LastRead Nothing { get; } = new(null, [], null, []);

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, MetricsJson.Default.LastRead);

    /// <returns>Null for what another version wrote.</returns>
    public static LastRead? Of(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, MetricsJson.Default.LastRead);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(LastRead))]
internal sealed partial class MetricsJson : System.Text.Json.Serialization.JsonSerializerContext;
