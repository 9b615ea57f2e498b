namespace Slipway.Bench;

/// <summary>
/// The edge against nginx and Caddy, as proxies before the same backend and as servers of the same files: rows d and f.
/// Everything runs on this machine and shares its CPUs, the load generator too, so only ratios of one run mean anything.
/// </summary>
internal sealed class EdgeRows(string edgeProgram)
{
    /// <summary>Rounds take turns, so that what else the machine does falls on all of them alike.</summary>
    private const int Rounds = 3;

    public async Task<IReadOnlyList<Result>> MeasureAsync()
    {
        using var folder = new BenchFolder();
        var packages = new UnpackedPackages(folder);
        using var tcp = await SmallBackend.StartAsync(folder, await packages.NginxAsync(), unix: false);
        using var unix = await SmallBackend.StartAsync(folder, await packages.NginxAsync(), unix: true);
        using var django = await DjangoBackend.StartAsync(folder);

        var results = new List<Result>();
        foreach (var (what, backend, connections) in new (string, IBackend, int)[]
        {
            ("small answer, backend over TCP", tcp, 32),
            ("small answer, backend over a Unix socket", unix, 32),
            ("Django page, gunicorn over a Unix socket", django, 8),
        })
        {
            using var edge = await EdgeServer.StartAsync(folder, edgeProgram, backend);
            using var nginx = await NginxServer.StartAsync(folder, await packages.NginxAsync(), backend);
            using var caddy = await CaddyServer.StartAsync(folder, await packages.CaddyAsync(), backend);
            List<(string Name, string Url)> contenders = [("Slipway", edge.Url), ("nginx", nginx.Url), ("Caddy", caddy.Url)];
            if (backend.DirectUrl is { } direct) contenders.Add(("the backend itself", direct));
            results.AddRange(await CompareAsync("d", what, contenders, backend.Path, connections, latencies: true));
        }

        using (var edge = await EdgeServer.StartAsync(folder, edgeProgram, tcp))
        using (var nginx = await NginxServer.StartAsync(folder, await packages.NginxAsync(), tcp))
        {
            List<(string, string)> contenders = [("Slipway", edge.Url), ("nginx", nginx.Url)];
            results.AddRange(await CompareAsync("f", "static file of 10 KB", contenders, "/static/10k.bin", 32, latencies: false));
            results.AddRange(await CompareAsync("f", "static file of 1 MB", contenders, "/static/1m.bin", 32, latencies: false));
        }

        return results;
    }

    private static async Task<IEnumerable<Result>> CompareAsync(string row, string what, List<(string Name, string Url)> contenders, string path, int connections, bool latencies)
    {
        foreach (var contender in contenders) await Wrk.RunAsync(contender.Url + path, connections, seconds: 1);
        var runs = contenders.ToDictionary(c => c.Name, _ => new List<Wrk>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (name, url) in contenders) runs[name].Add(await Wrk.RunAsync(url + path, connections, seconds: 2));
        }

        var results = new List<Result>();
        foreach (var (baseline, _) in contenders.Skip(1))
        {
            var aim = baseline == "the backend itself" ? "≥ 0.97×" : "";
            results.Add(new(row, what, Median("Slipway", r => r.PerSecond), baseline, Median(baseline, r => r.PerSecond), "req/s", aim));
            if (latencies) results.Add(new(row, what + ", p99", Median("Slipway", r => r.P99Milliseconds), baseline, Median(baseline, r => r.P99Milliseconds), "ms", ""));
        }

        return results;

        double Median(string name, Func<Wrk, double> value) => Measure.Median(runs[name].Select(value));
    }
}
