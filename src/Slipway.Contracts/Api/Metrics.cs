namespace Slipway.Contracts.Api;

/// <summary>What an app used and served, at <c>GET /slipway/apps/{app}/metrics</c>.</summary>
/// <param name="Step">Seconds from one point to the next; larger than asked for where so fine numbers are not kept any more.</param>
public sealed record AppMetrics(DateTimeOffset From, DateTimeOffset To, int Step, IReadOnlyList<ProcessMetrics> Processes);

/// <param name="Type"><c>web</c>, <c>worker</c>; <c>run</c> for one-offs.</param>
/// <param name="Summary">Of all the time that was asked for.</param>
/// <param name="Points">In the order of time. One of which nothing is known is missing.</param>
public sealed record ProcessMetrics(string Type, MetricPoint Summary, IReadOnlyList<MetricPoint> Points);

/// <param name="At">Where its time begins.</param>
/// <param name="Usage">Null when nothing ran.</param>
/// <param name="Traffic">Null for a process type that gets no requests.</param>
/// <param name="Restarts">How often an instance ended that should not have; another was started in its place.</param>
/// <param name="OomKills">Processes that the kernel ended because their instance used all the memory that it may.</param>
public sealed record MetricPoint(DateTimeOffset At, UsageMetrics? Usage, TrafficMetrics? Traffic, long Restarts, long OomKills);

/// <summary>Of all instances of the process type together, on average over the point's time.</summary>
/// <param name="CpuPercent">100 is one CPU, all of the time.</param>
/// <param name="MemoryPeakBytes">The most that was seen.</param>
/// <param name="MemoryLimitBytes">What they may use together.</param>
public sealed record UsageMetrics(double? CpuPercent, long MemoryBytes, long MemoryPeakBytes, long MemoryLimitBytes, double Instances);

/// <summary>Requests as the edge answered them, files and refusals among them.</summary>
/// <param name="PerSecond">Over the time for which they are known.</param>
/// <param name="ClientErrors">Answers with a status of 4xx.</param>
/// <param name="ServerErrors">Answers with a status of 5xx.</param>
/// <param name="P50">Half of them took at most so many milliseconds, from the request's first line to the answer's last byte. Null without requests.</param>
public sealed record TrafficMetrics(long Requests, double PerSecond, long ClientErrors, long ServerErrors, double? P50, double? P95, double? P99);
