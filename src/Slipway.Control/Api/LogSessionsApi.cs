using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Logs;

namespace Slipway.Control.Api;

internal static class LogSessionsApi
{
    public static void MapLogSessions(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/apps/{app}/log-sessions", Create).WithName("log-session.create").Needs(AppPermission.View);

    private static async Task<IResult> Create(HttpContext context, AppRequest request, Capabilities capabilities, TimeProvider time)
    {
        var asked = await context.ReadOptionalAsync(ContractsJson.Default.CreateLogSessionRequest) ?? new CreateLogSessionRequest(null, null, null, null);
        if (asked.Lines is < 0 or > AppLogs.MaxLines) throw Invalid($"{asked.Lines} is not a number of log lines.", $"It may be 0 to {AppLogs.MaxLines}.");
        if (asked.Source is not (null or "app" or "router" or "heroku")) throw Invalid($"{TypedName.Quote(asked.Source)} is not a source of log lines.", "Sources are 'app' and 'router'.");
        if (asked.Dyno is { Length: > 60 }) throw Invalid($"{TypedName.Quote(asked.Dyno)} is not the name of an instance.", "Names are like 'web' and 'web.1'.");

        var now = time.GetUtcNow();
        var url = context.Absolute(StreamsApi.ForLogs(capabilities, request.App.Uuid, asked));
        return ApiJson.Created(new LogSession(Guid.NewGuid(), url, now, now), ContractsJson.Default.LogSession);
    }

    private static SlipwayException Invalid(string message, string why) => new(422, new SlipwayError("invalid_log_session", message) { Why = why });
}
