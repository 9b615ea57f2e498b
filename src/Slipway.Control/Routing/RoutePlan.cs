using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;
using Route = Slipway.Contracts.Routing.Route;

namespace Slipway.Control.Routing;

/// <summary>
/// Which instances get an app's requests. Pure. Two rules stand above the rest: all backends of a route are of one
/// release, and a route is never emptied while something that it already points to still runs.
/// </summary>
internal static class RoutePlan
{
    /// <summary>The routes of all apps, in the order of their names.</summary>
    public static IReadOnlyList<Route> Of(Desired desired, Actual actual) =>
        [.. from app in desired.Apps
            where !app.Destroyed
            orderby app.Name.Value
            select Of(app, actual)];

    /// <summary>The same is served, whatever the numbers.</summary>
    public static bool Same(RoutingRevision one, RoutingRevision other) =>
        one.Routes.Count == other.Routes.Count && Content(one).AsSpan().SequenceEqual(Content(other));

    private static byte[] Content(RoutingRevision revision) => JsonSerializer.SerializeToUtf8Bytes(
        revision with { Number = 0, CreatedAt = DateTimeOffset.UnixEpoch }, ContractsJson.Default.RoutingRevision);

    private static Route Of(DesiredApp app, Actual actual)
    {
        var next = app.Phase == CandidatePhase.Swapping ? app.Candidate : null;
        var healthy = Healthy(app, next, actual);
        var release = healthy.Count > 0 || next?.Site is not null ? app.Candidate : app.Current;
        if (healthy.Count == 0) healthy = Healthy(app, release, actual);

        var route = new Route
        {
            App = app.Name,
            Release = release?.Version ?? 0,
            State = RouteState.Serving,
            Hosts = app.Hosts,
            Backends = healthy,
            Static = release?.Static ?? [],
            Site = release?.Site,
            Headers = release?.Headers ?? [],
            RedirectsToHttps = app.HttpsOnly,
        };
        if (release?.Site is not null)
            route = route with { Backends = [] };
        else if (release?.Web is not { Instances.Count: > 0 })
            route = route with { State = RouteState.NoWebProcesses, Backends = [] };
        else if (healthy.Count == 0)
            route = Kept(app, actual) is { } kept
                ? kept with { State = RouteState.Serving, Hosts = app.Hosts, RedirectsToHttps = app.HttpsOnly }
                : route with { State = IsStarting(release, actual) ? RouteState.Starting : RouteState.Crashed };

        // The backends stay in the route: they are what says, after a restart of slipwayd, that they were healthy.
        return app.Maintenance ? route with { State = RouteState.Maintenance } : route;
    }

    /// <summary>An instance that has not failed yet may come up any moment: visitors wait for it.</summary>
    private static bool IsStarting(DesiredRelease release, Actual actual) => release.Web!.Instances.Any(spec => !actual.Crashes.ContainsKey(Slot.Of(spec)));

    /// <summary>One healthy instance for each slot; of two in one slot (a replacement under way) the one of the wanted shape.</summary>
    private static IReadOnlyList<Backend> Healthy(DesiredApp app, DesiredRelease? release, Actual actual)
    {
        if (release?.Web is not { } web) return [];
        var backends = new List<Backend>();
        foreach (var spec in web.Instances)
        {
            var best = Slots.Alive(actual, Slot.Of(spec))
                .Where(instance => actual.Healthy.ContainsKey(instance.Id))
                .OrderByDescending(instance => Slots.IsFresh(instance, web, actual))
                .FirstOrDefault();
            if (best is not null) backends.Add(actual.Healthy[best.Id]);
        }

        return backends;
    }

    /// <summary>What the edge serves for the app, less what has ended since.</summary>
    private static Route? Kept(DesiredApp app, Actual actual)
    {
        if (actual.Served?.Routes.FirstOrDefault(route => route.App == app.Name) is not { } served) return null;
        var alive = actual.Instances.Where(i => i.State != InstanceState.Exited && !actual.Unfit.Contains(i.Id)).Select(i => i.Id).ToHashSet();
        var backends = served.Backends.Where(backend => alive.Contains(backend.Instance)).ToList();
        return backends.Count > 0 ? served with { Backends = backends } : null;
    }
}
