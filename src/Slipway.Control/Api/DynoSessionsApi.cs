using System.Text.Json.Nodes;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Attach;
using Slipway.Control.Events;
using Slipway.Control.Instances;

namespace Slipway.Control.Api;

/// <summary>What Heroku's client does with instances beside listing and starting them: a command inside one, and all of a process type at once.</summary>
internal static class DynoSessionsApi
{
    public static void MapDynoSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/apps/{app}/dynos/{dyno}", RunInside).WithName("dyno.run-inside").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapDelete("/apps/{app}/formations/{type}", RestartType).WithName("formation.restart").Needs(AppPermission.Operate);
        routes.MapPost("/apps/{app}/formations/{type}/actions/stop", StopType).WithName("formation.stop").Needs(AppPermission.Operate);
    }

    /// <summary>Before anything is started that nobody could talk to.</summary>
    /// <exception cref="SlipwayException">422 <c>no_https</c>: this server has no port for it.</exception>
    public static void CheckRendezvous(ServerConfig server)
    {
        if (server.HttpsPort > 0) return;
        throw new SlipwayException(422, new SlipwayError("no_https", "Heroku's client talks to a command in TLS, and this server has no port for HTTPS.")
        {
            Next = "SLIPWAY_HTTPS_PORT=8443 bin/up, or: slipway run",
        });
    }

    /// <summary>Where Heroku's client is to talk to a one-off: through the edge, in TLS, as it does with Heroku.</summary>
    public static string RendezvousUrl(HttpContext context, ServerConfig server, string token)
    {
        var host = context.Request.Host.Host is { Length: > 0 } asked && !ServerConfig.LoopbackHosts.Contains(asked) ? asked : "localhost";
        return $"rendezvous://{host}:{server.HttpsPort}/{Rendezvous.PathOf(token)}";
    }

    /// <summary>Runs a command in an instance that runs already, beside its own processes.</summary>
    private static async Task<IResult> RunInside(
        string dyno, HttpContext context, AppRequest request, AppInstances instances, RunnerClient runner, Attachments attachments,
        ServerConfig server, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        CheckRendezvous(server);
        var json = await context.ReadAsync(ContractsJson.Default.JsonObject);
        if (!HerokuCommand.Is(json)) throw new SlipwayException(422, new SlipwayError("invalid_command", "There is no command to run."));
        var all = await instances.ListAsync(request.App.Id, cancel);
        var inside = all.FirstOrDefault(one => one.Status.Name == dyno && one.Status.State == InstanceState.Running)
            ?? throw AppRequest.NotFound("running instance", dyno);
        HerokuCommand.Translate(json, new Dictionary<string, string>());
        var command = json["command"]!.AsArray().Select(word => word!.GetValue<string>()).ToList();
        var environment = (json["env"] as JsonObject)?.ToDictionary(pair => ConfigKey.Parse(pair.Key).Value, pair => pair.Value?.ToString() ?? "") ?? [];
        var exec = new ExecRequest(inside.Status.Id, command, environment, "/app", HerokuCommand.Terminal(json));
        var frames = await runner.StreamAsync(RunnerVerb.Exec, exec, ContractsJson.Default.ExecRequest, cancel);
        var session = new OneOff(inside.Status.Id, dyno, frames, new Unowned()) { HasTerminal = exec.Terminal is not null };
        var url = RendezvousUrl(context, server, attachments.Offer(request.App.Uuid, session));
        await events.RecordAsync(request.Actor.Email, "dyno.run-inside", EventTarget.Of(request.App), null, $"{dyno}: {TypedName.Quote(command[^1])}", EventLog.Ok, cancel);
        var now = time.GetUtcNow();
        return ApiJson.Created(
            new Dyno
            {
                Id = StableId.Of(request.App.Uuid, inside.Status.Id.Value),
                Name = dyno,
                Type = inside.ProcessType,
                Command = command[^1],
                State = inside.State,
                Size = inside.Size,
                App = request.Reference,
                Release = new DynoRelease(Guid.Empty, inside.Status.Release),
                AttachUrl = url,
                CreatedAt = inside.Status.CreatedAt,
                UpdatedAt = now,
            },
            ContractsJson.Default.Dyno);
    }

    private static async Task<IResult> RestartType(string type, AppRequest request, AppInstances instances, EventLog events, CancellationToken cancel)
    {
        await instances.RestartAsync(request.App.Id, type, cancel);
        return await DoneAsync(request, events, "dyno.restart", type, cancel);
    }

    /// <summary>One-offs end; instances of the formation are replaced, as the platform starts them again.</summary>
    private static async Task<IResult> StopType(string type, AppRequest request, AppInstances instances, EventLog events, CancellationToken cancel)
    {
        var all = (await instances.ListAsync(request.App.Id, cancel)).Where(one => one.ProcessType == type).ToList();
        if (all.Count == 0) throw AppRequest.NotFound("instance of process type", type);
        var oneOffs = all.Where(one => one.Status.Kind == InstanceKind.OneOff).Select(one => one.Status.Name).ToList();
        foreach (var name in oneOffs) await instances.StopAsync(request.App.Id, name, cancel);
        if (oneOffs.Count < all.Count) await instances.RestartAsync(request.App.Id, type, cancel);
        return await DoneAsync(request, events, "dyno.stop", type, cancel);
    }

    private static async Task<IResult> DoneAsync(AppRequest request, EventLog events, string action, string name, CancellationToken cancel)
    {
        await events.RecordAsync(request.Actor.Email, action, EventTarget.Of(request.App), null, name, EventLog.Ok, cancel);
        return ApiJson.Accepted(new Dictionary<string, string>(), ContractsJson.Default.IReadOnlyDictionaryStringString);
    }

    /// <summary>The instance is the formation's, not its visitor's.</summary>
    private sealed class Unowned : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
