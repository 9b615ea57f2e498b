using Slipway.Contracts;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Store;
using Slipway.Control.Telemetry;

namespace Slipway.Control.Api;

/// <summary>Where Slipway's own traces go.</summary>
internal static class TelemetryApi
{
    private const string Path = "/slipway/server/telemetry";

    public static void MapTelemetry(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Show).WithName("telemetry.show").AdminOnly();
        routes.MapPut(Path, Set).WithName("telemetry.set").AdminOnly();
        routes.MapDelete(Path, Unset).WithName("telemetry.unset").AdminOnly();
    }

    private static async Task<IResult> Show(SlipwayStore store, TelemetrySetting setting, Exporting exporting, CancellationToken cancel) =>
        ApiJson.Ok(exporting.View(await setting.ReadAsync(store, cancel)), ContractsJson.Default.Telemetry);

    private static async Task<IResult> Set(HttpContext context, Actor actor, SlipwayStore store, TelemetrySetting setting, Exporting exporting, EventLog events, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.SetTelemetryRequest);
        return await ChangeAsync(TelemetryTarget.Parse(body.Endpoint, body.Headers), actor, store, setting, exporting, events, cancel);
    }

    private static Task<IResult> Unset(Actor actor, SlipwayStore store, TelemetrySetting setting, Exporting exporting, EventLog events, CancellationToken cancel) =>
        ChangeAsync(null, actor, store, setting, exporting, events, cancel);

    private static async Task<IResult> ChangeAsync(TelemetryTarget? target, Actor actor, SlipwayStore store, TelemetrySetting setting, Exporting exporting, EventLog events, CancellationToken cancel)
    {
        var before = await setting.ReadAsync(store, cancel);
        await setting.WriteAsync(store, target, cancel);
        events.Add(store, actor.Email, "server.telemetry", new EventTarget("server"), Words(before), Words(target));
        await store.SaveChangesAsync(cancel);
        exporting.Apply(target);
        return ApiJson.Ok(exporting.View(target), ContractsJson.Default.Telemetry);
    }

    private static string Words(TelemetryTarget? target) =>
        target is null ? "(none)" : target.Headers.Count == 0 ? target.Endpoint.OriginalString : $"{target.Endpoint.OriginalString}, with {string.Join(", ", target.Headers.Keys.Order(StringComparer.Ordinal))}";
}
