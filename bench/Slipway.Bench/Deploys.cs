namespace Slipway.Bench;

/// <summary>First deploys and redeploys of one Django site, by Slipway and by hand.</summary>
internal sealed class Deploys(Server server)
{
    private const int Rounds = 7;

    /// <summary>Apps that stay, for the measurement of memory.</summary>
    public static readonly string[] Apps = ["bench-one", "bench-two", "bench-three", "bench-four", "bench-five"];

    public async Task<IReadOnlyList<Result>> MeasureAsync()
    {
        using var warm = await DjangoSite.CreateAsync("warm");
        await using var hand = new ByHand();
        await hand.StartDatabaseAsync();

        // Once for the caches: pip's, by hand; the shared database server, ours.
        await hand.InstallAsync(warm, server.Index);
        await server.DeployAsync(warm, Apps[0]);

        var (first, pip) = (new List<double>(), new List<double>());
        for (var round = 1; round <= 3; round++)
        {
            using var site = await DjangoSite.CreateAsync(Guid.NewGuid().ToString());
            first.Add(await server.DeployAsync(site, "bench-first"));
            await server.DestroyAsync("bench-first");
            pip.Add(await hand.InstallAsync(site, server.Index));
        }

        var (redeploys, floor) = (new List<double>(), new List<double>());
        await hand.RedeployAsync(warm);
        for (var round = 1; round <= Rounds; round++)
        {
            warm.Edit();
            redeploys.Add(await server.DeployAsync(warm, Apps[0]));
            floor.Add(await hand.RedeployAsync(warm));
        }

        var second = new List<double>();
        foreach (var app in Apps[1..])
        {
            using var site = await DjangoSite.CreateAsync("warm");
            second.Add(await server.DeployAsync(site, app));
        }

        var redeploy = Measure.Median(redeploys);
        return
        [
            new("a", "code-only redeploy, Django and PostgreSQL", redeploy, "collectstatic + migrate + gunicorn's first answer, by hand", Measure.Median(floor), "s", "≤ 1.3×"),
            new("b", "first deploy, dependencies never seen", Measure.Median(first), "python -m venv + pip install, warm cache", Measure.Median(pip), "s", "≤ 1.2×"),
            new("b", "first deploy of another app with the same lock file", Measure.Median(second), "row a", redeploy, "s", "≤ 2×"),
        ];
    }
}
