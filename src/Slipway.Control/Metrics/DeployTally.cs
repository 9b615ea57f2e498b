namespace Slipway.Control.Metrics;

/// <summary>Deploys that have ended since slipwayd started, by how they ended and how long they took.</summary>
internal sealed class DeployTally
{
    /// <summary>Seconds.</summary>
    public static readonly IReadOnlyList<int> Bounds = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Ended> _ended = new(StringComparer.Ordinal) { [Succeeded] = new Ended(), [Failed] = new Ended() };
    private int _running;

    public const string Succeeded = "succeeded", Failed = "failed";

    /// <param name="Within">Of each bound, how many took at most so long.</param>
    public sealed record Result(string Name, long Count, double Seconds, IReadOnlyList<long> Within);

    private sealed class Ended
    {
        public long Count { get; set; }
        public double Seconds { get; set; }
        public long[] Within { get; } = new long[Bounds.Count];
    }

    public int Running => Volatile.Read(ref _running);

    public void Begin() => Interlocked.Increment(ref _running);

    /// <summary>A deploy that began has ended.</summary>
    public void End(bool succeeded, TimeSpan took)
    {
        Interlocked.Decrement(ref _running);
        lock (_gate)
        {
            var ended = _ended[succeeded ? Succeeded : Failed];
            ended.Count++;
            ended.Seconds += took.TotalSeconds;
            for (var i = 0; i < Bounds.Count; i++)
                if (took.TotalSeconds <= Bounds[i]) ended.Within[i]++;
        }
    }

    public IReadOnlyList<Result> Read()
    {
        lock (_gate) return [.. _ended.Select(one => new Result(one.Key, one.Value.Count, one.Value.Seconds, [.. one.Value.Within]))];
    }
}
