using Slipway.Contracts.Names;

namespace Slipway.Contracts.Traffic;

/// <summary>
/// What one worker of the edge has served since it started, at <c>GET /traffic</c> of the edge's admin socket. Everything in it only
/// grows, and says whose it is; who reads it takes the difference to what they read before, so nothing is counted twice, and
/// a read that failed is made up for by the next.
/// </summary>
/// <param name="Worker">Of this one process: the next worker has another.</param>
public sealed record WorkerTraffic(Guid Worker, IReadOnlyList<AppTraffic> Apps);

/// <param name="Series">Of these counters in their worker: an app that went and came back begins another.</param>
/// <param name="App">The name under which its instances and logs are.</param>
/// <param name="Answers">By class of status: others, 1xx, 2xx, 3xx, 4xx, 5xx.</param>
/// <param name="Microseconds">That the requests of <paramref name="Latencies"/> took together.</param>
/// <param name="Latencies">Index of a bucket of <see cref="LatencyBuckets"/> and its count, and so on; empty buckets are left out, and so are websockets.</param>
public sealed record AppTraffic(int Series, AppName App, IReadOnlyList<long> Answers, long Microseconds, IReadOnlyList<long> Latencies);
