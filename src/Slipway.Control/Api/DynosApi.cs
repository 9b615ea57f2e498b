using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Attach;
using Slipway.Control.Events;
using Slipway.Control.Instances;

namespace Slipway.Control.Api;

/// <summary>Instances, under Heroku's name for them.</summary>
internal static class DynosApi
{
    private const int MaxArguments = 1000;
    private static readonly TimeSpan FirstPass = TimeSpan.FromSeconds(10);

    private static readonly Sorting<Dyno> Order = new Sorting<Dyno>(dyno => dyno.Id).Text("name", dyno => dyno.Name).Id();

    public static void MapDynos(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/dynos", List).WithName("dyno.list");
        routes.MapPost("/apps/{app}/dynos", Run).WithName("dyno.run").Needs(AppPermission.Operate).In(Area.Secrets);
        routes.MapDelete("/apps/{app}/dynos", RestartAll).WithName("dyno.restart-all").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/dynos/{dyno}", Get).WithName("dyno.show");
        routes.MapDelete("/apps/{app}/dynos/{dyno}", Restart).WithName("dyno.restart").Needs(AppPermission.Operate);
        routes.MapPost("/apps/{app}/dynos/{dyno}/actions/stop", Stop).WithName("dyno.stop").Needs(AppPermission.Operate);
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, AppInstances instances, CancellationToken cancel) =>
        ApiJson.Ok(Order.Page(context, await DynosAsync(request, instances, cancel)), ContractsJson.Default.IReadOnlyListDyno);

    private static async Task<IResult> Get(string dyno, AppRequest request, AppInstances instances, CancellationToken cancel) =>
        ApiJson.Ok(Named(await DynosAsync(request, instances, cancel), dyno), ContractsJson.Default.Dyno);

    private static async Task<IResult> RestartAll(AppRequest request, AppInstances instances, EventLog events, CancellationToken cancel)
    {
        await ListAsync(request, instances, cancel);
        await instances.RestartAsync(request.App.Id, null, cancel);
        return await DoneAsync(request, events, "dyno.restart-all", null, cancel);
    }

    /// <param name="dyno"><c>web.1</c>, its id, or a process type for all of its instances.</param>
    private static async Task<IResult> Restart(string dyno, AppRequest request, AppInstances instances, EventLog events, CancellationToken cancel)
    {
        var all = await DynosAsync(request, instances, cancel);
        var name = all.Any(one => one.Type == dyno) ? dyno : Named(all, dyno).Name;
        await instances.RestartAsync(request.App.Id, name, cancel);
        return await DoneAsync(request, events, "dyno.restart", name, cancel);
    }

    private static async Task<IResult> Stop(string dyno, AppRequest request, AppInstances instances, EventLog events, CancellationToken cancel)
    {
        var name = Named(await DynosAsync(request, instances, cancel), dyno).Name;
        await instances.StopAsync(request.App.Id, name, cancel);
        return await DoneAsync(request, events, "dyno.stop", name, cancel);
    }

    private static async Task<IResult> DoneAsync(AppRequest request, EventLog events, string action, string? name, CancellationToken cancel)
    {
        await events.RecordAsync(request.Actor.Email, action, EventTarget.Of(request.App), null, name, EventLog.Ok, cancel);
        return ApiJson.Accepted(new Dictionary<string, string>(), ContractsJson.Default.IReadOnlyDictionaryStringString);
    }

    /// <summary>Runs one command in an instance of the release that serves; with <c>attach</c> the answer says where to talk to it.</summary>
    private static async Task<IResult> Run(
        HttpContext context, AppRequest request, OneOffs oneOffs, Attachments attachments, ServerConfig server, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var json = await context.ReadAsync(ContractsJson.Default.JsonObject);
        var release = await request.Store.Releases.AsNoTracking().SingleOrDefaultAsync(row => row.Id == request.App.CurrentReleaseId, cancel);
        if (release?.ImageId is null)
        {
            throw new SlipwayException(422, new SlipwayError("no_release", $"{request.App.Name} has no release to run a command in.")
            {
                Next = "slipway deploy",
            });
        }

        var herokus = HerokuCommand.Is(json);
        if (herokus) HerokuCommand.Translate(json, JsonSerializer.Deserialize(release.ProcessTypes, ContractsJson.Default.IReadOnlyDictionaryStringString)!);
        var body = Read(json);
        var attach = body.Attach is true;
        if (herokus && attach) DynoSessionsApi.CheckRendezvous(server);
        var terminal = herokus ? HerokuCommand.Terminal(json) : body.Terminal is true ? new TerminalSize(body.Columns ?? 80, body.Rows ?? 24) : null;
        var asked = new OneOffRequest(
            request.App.Id, release.Id, "run", body.Command, CheckEnvironment(body.Env), body.Size is null ? null : InstanceSize.Named(body.Size).Name,
            attach ? terminal : null);
        var oneOff = attach ? await oneOffs.StartAsync(asked, cancel) : null;
        var (id, name) = oneOff is not null ? (oneOff.Id, oneOff.Name) : Named(await oneOffs.StartDetachedAsync(asked, cancel));
        var command = herokus ? body.Command[^1] : string.Join(' ', body.Command);
        await events.RecordAsync(request.Actor.Email, "dyno.run", EventTarget.Of(request.App), null, $"{name}: {TypedName.Quote(command)}", EventLog.Ok, cancel);

        var url = oneOff is null ? null : UrlOf(context, request, server, attachments, oneOff, herokus);
        var now = time.GetUtcNow();
        var dyno = new Dyno
        {
            Id = StableId.Of(request.App.Uuid, id.Value),
            Name = name,
            Type = "run",
            Command = command,
            State = "starting",
            Size = asked.Size ?? InstanceSize.Default.Name,
            App = request.Reference,
            Release = new DynoRelease(release.Uuid, release.Version),
            AttachUrl = url,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return ApiJson.Created(dyno, ContractsJson.Default.Dyno);
    }

    private static (InstanceId, string) Named(InstanceStatus started) => (started.Id, started.Name);

    private static string UrlOf(HttpContext context, AppRequest request, ServerConfig server, Attachments attachments, OneOff oneOff, bool herokus)
    {
        var token = attachments.Offer(request.App.Uuid, oneOff);
        return herokus
            ? DynoSessionsApi.RendezvousUrl(context, server, token)
            : context.Absolute(AttachApi.PathOf(request.App.Name, token), webSocket: true).ToString();
    }

    private static CreateDynoRequest Read(JsonObject json)
    {
        var body = json.Deserialize(ContractsJson.Default.CreateDynoRequest)!;
        if (body.Command is not { Count: > 0 and <= MaxArguments } || body.Command.Any(word => word is null || word.Contains('\0')) || body.Command[0].Length == 0)
        {
            throw new SlipwayException(422, new SlipwayError("invalid_command", "There is no command to run.")
            {
                Why = $"A command is a list of 1 to {MaxArguments} words without NUL characters.",
                Next = "slipway run -- python manage.py shell",
            });
        }

        return body;
    }

    private static IReadOnlyDictionary<string, string> CheckEnvironment(IReadOnlyDictionary<string, string>? env) =>
        env?.ToDictionary(pair => ConfigKey.Parse(pair.Key).Value, pair => pair.Value ?? "") ?? [];

    private static async Task<IReadOnlyList<Dyno>> DynosAsync(AppRequest request, AppInstances instances, CancellationToken cancel)
    {
        var all = await ListAsync(request, instances, cancel);
        var versions = all.Select(one => one.Status.Release).ToHashSet();
        var releases = await request.Store.Releases.Where(row => row.AppId == request.App.Id && versions.Contains(row.Version))
            .ToDictionaryAsync(row => row.Version, row => row.Uuid, cancel);
        var memory = await Task.WhenAll(all.Select(one => instances.MemoryAsync(one, cancel)));
        return [.. all.Zip(memory, (one, bytes) => new Dyno
        {
            Id = StableId.Of(request.App.Uuid, one.Status.Id.Value),
            Name = one.Status.Name,
            Type = one.ProcessType,
            Command = one.Command,
            State = one.State,
            Size = one.Size,
            App = request.Reference,
            Release = new DynoRelease(releases.GetValueOrDefault(one.Status.Release), one.Status.Release),
            MemoryBytes = bytes,
            CreatedAt = one.Status.CreatedAt,
            UpdatedAt = one.Status.Exit?.At ?? one.Status.CreatedAt,
        })];
    }

    /// <summary>Right after a start nothing is known of the instances until the runner has answered once; that is not waited for without end.</summary>
    private static async Task<IReadOnlyList<AppInstance>> ListAsync(AppRequest request, AppInstances instances, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(FirstPass);
        try
        {
            return await instances.ListAsync(request.App.Id, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SlipwayException(503, new SlipwayError("instances_unknown", "slipwayd has not heard from slipway-runner since it started.")
            {
                Why = "Instances run on meanwhile; they can be neither listed nor changed.",
                Next = "Look whether slipway-runner runs, then repeat the command.",
            });
        }
    }

    private static Dyno Named(IReadOnlyList<Dyno> dynos, string named) =>
        dynos.FirstOrDefault(dyno => dyno.Name == named || dyno.Id.ToString() == named) ?? throw AppRequest.NotFound("instance", named);
}
