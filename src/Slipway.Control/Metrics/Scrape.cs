using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Server;
using Slipway.Contracts.Traffic;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.AppWebhooks;
using Slipway.Control.Errors;
using Slipway.Control.Store;
using Slipway.Control.Transfers;

namespace Slipway.Control.Metrics;

/// <summary>All numbers as a Prometheus reads them: of the apps that the caller may see, and for an admin Slipway's own.</summary>
internal sealed class Scrape(MetricsLedger ledger, DeployTally deploys, ErrorQueue errors, IDbContextFactory<SlipwayStore> stores, ServerConfig server)
{
    /// <summary>Ends of buckets that are shown, in microseconds; all of them are ends of ours.</summary>
    private static readonly long[] Shown =
        [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000];

    private static readonly string[] Classes = ["other", "1xx", "2xx", "3xx", "4xx", "5xx"];

    public async Task<string> ReadAsync(Actor actor, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var names = await AppRequest.Visible(store, actor).Select(row => new { row.Id, row.Name }).ToDictionaryAsync(row => row.Id, row => row.Name, cancel);
        var text = new OpenMetricsText();
        await ledger.Begun.WaitAsync(cancel);
        var (totals, now) = ledger.State();
        AddApps(text, totals, now, names);
        if (actor.IsAdmin) await AddOwnAsync(text, store, cancel);
        return text.End();
    }

    private static void AddApps(OpenMetricsText text, IReadOnlyDictionary<Series, Measure> allTotals, IReadOnlyDictionary<Series, Gauge> allNow, Dictionary<long, string> names)
    {
        var totals = allTotals.Where(one => names.ContainsKey(one.Key.App)).OrderBy(one => names[one.Key.App], StringComparer.Ordinal).ThenBy(one => one.Key.Type, StringComparer.Ordinal)
            .Select(one => (Labels: Labels(one.Key), one.Value)).ToList();
        var now = allNow.Where(one => names.ContainsKey(one.Key.App)).OrderBy(one => names[one.Key.App], StringComparer.Ordinal).ThenBy(one => one.Key.Type, StringComparer.Ordinal)
            .Select(one => (Labels: Labels(one.Key), one.Value)).ToList();
        (string, string)[] Labels(Series series) => [("app", names[series.App]), ("process_type", series.Type)];

        var family = text.Add("slipway_process_instances", "gauge", null, "Instances that run.");
        foreach (var (labels, gauge) in now) family.Sample("", gauge.Instances, labels);
        family = text.Add("slipway_process_cpu_seconds", "counter", "seconds", "Time of CPUs used.");
        foreach (var (labels, total) in totals) family.Sample("_total", total.CpuMicroseconds / 1e6, labels);
        family = text.Add("slipway_process_memory_bytes", "gauge", "bytes", "Memory that all instances use, without files that the kernel may drop.");
        foreach (var (labels, gauge) in now) family.Sample("", gauge.MemoryBytes, labels);
        family = text.Add("slipway_process_memory_limit_bytes", "gauge", "bytes", "Memory that all instances may use.");
        foreach (var (labels, gauge) in now) family.Sample("", gauge.MemoryLimitBytes, labels);
        family = text.Add("slipway_process_oom_kills", "counter", null, "Processes that the kernel ended for memory.");
        foreach (var (labels, total) in totals) family.Sample("_total", total.OomKills, labels);
        family = text.Add("slipway_process_restarts", "counter", null, "Instances that ended and should not have.");
        foreach (var (labels, total) in totals) family.Sample("_total", total.Restarts, labels);

        var served = totals.Where(one => one.Value.TrafficMilliseconds > 0).ToList();
        family = text.Add("slipway_http_requests", "counter", null, "Requests that the edge answered, by class of status.");
        foreach (var (labels, total) in served)
            for (var i = 0; i < Classes.Length; i++)
                if (i > 0 || total.Answers[0] > 0) family.Sample("_total", total.Answers[i], [.. labels, ("status", Classes[i])]);
        family = text.Add("slipway_http_request_duration_seconds", "histogram", "seconds", "From a request's first line to its answer's last byte; websockets are not in it.");
        foreach (var (labels, total) in served)
        {
            var latencies = total.Latencies ?? new Histogram();
            family.Histogram(Shown.Select(end => (end / 1e6, latencies.Within(end))), latencies.Count, total.DurationMicroseconds / 1e6, labels);
        }
    }

    private async Task AddOwnAsync(OpenMetricsText text, SlipwayStore store, CancellationToken cancel)
    {
        text.Add("slipway_build", "info", null, "Which Slipway this is.").Sample("_info", 1, ("version", ServerApi.Version));
        text.Add("slipway_apps", "gauge", null, "Apps that there are.").Sample("", await store.Apps.CountAsync(row => row.DestroyedAt == null, cancel));
        text.Add("slipway_deploys_running", "gauge", null, "Deploys that are under way.").Sample("", deploys.Running);
        var ended = text.Add("slipway_deploy_duration_seconds", "histogram", "seconds", "Deploys that have ended since slipwayd started, by result.");
        foreach (var result in deploys.Read())
            ended.Histogram(DeployTally.Bounds.Zip(result.Within, (end, within) => ((double)end, within)), result.Count, result.Seconds, ("result", result.Name));

        var queues = text.Add("slipway_queue_length", "gauge", null, "What waits to be done.");
        queues.Sample("", errors.Count, ("queue", "errors"));
        queues.Sample("", await store.Transfers.CountAsync(row => row.FinishedAt == null, cancel), ("queue", "transfers"));
        queues.Sample("", await store.AppWebhookDeliveries.CountAsync(row => row.NextAt != null, cancel), ("queue", "webhooks"));

        var disk = new DriveInfo(server.Home);
        text.Add("slipway_disk_size_bytes", "gauge", "bytes", "Of the file system that all data are on.").Sample("", disk.TotalSize);
        text.Add("slipway_disk_free_bytes", "gauge", "bytes", "What Slipway may still write to it.").Sample("", disk.AvailableFreeSpace);

        using var self = Process.GetCurrentProcess();
        text.Add("process_cpu_seconds", "counter", "seconds", "Time of CPUs that slipwayd used.").Sample("_total", self.TotalProcessorTime.TotalSeconds);
        text.Add("process_resident_memory_bytes", "gauge", "bytes", "Memory of slipwayd.").Sample("", self.WorkingSet64);
        text.Add("process_start_time_seconds", "gauge", "seconds", "When slipwayd started, in Unix time.").Sample("", new DateTimeOffset(self.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1e3);
    }
}
