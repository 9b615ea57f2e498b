using System.Globalization;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Metrics;

namespace Slipway.Control.Api;

/// <summary>What apps use and serve: of one of them over time, and of all of them now for a Prometheus.</summary>
internal static class MetricsApi
{
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/metrics", Show).WithName("app-metrics.show").Needs(AppPermission.View);
        routes.MapGet("/slipway/metrics", Expose).WithName("metrics.scrape").In(Area.Apps);
    }

    private static IResult Show(HttpContext context, AppRequest request, MetricsReader reader)
    {
        var query = context.Request.Query;
        return ApiJson.Ok(reader.Read(request.App.Id, Time(query["from"]), Time(query["to"]), Step(query["step"])), ContractsJson.Default.AppMetrics);
    }

    private static async Task<IResult> Expose(Actor actor, Scrape scrape, CancellationToken cancel) =>
        TypedResults.Text(await scrape.ReadAsync(actor, cancel), OpenMetricsText.ContentType);

    private static DateTimeOffset? Time(string? text)
    {
        if (text is null) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at
            : throw new SlipwayException(422, new SlipwayError("invalid_metrics_range", $"{TypedName.Quote(text)} is not a time.") { Why = "Times are like 2026-06-01T12:00:00Z." });
    }

    private static int? Step(string? text)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step
            : throw new SlipwayException(422, new SlipwayError("invalid_metrics_range", $"{TypedName.Quote(text)} is not a step.") { Why = "It is a number of seconds, a multiple of 60." });
    }
}
