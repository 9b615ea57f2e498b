using System.Reflection;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Certificates.Acme;
using Slipway.Control.Doctor;
using Slipway.Control.Events;
using Slipway.Control.Logs;
using Slipway.Control.Routing;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class ServerApi
{
    public static readonly string Version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    public static void MapServer(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/server", Get).WithName("server.show");
        routes.MapPatch("/slipway/server/settings", UpdateSettings).WithName("server.settings").AdminOnly();
        routes.MapGet("/slipway/server/checkup", Checkup).WithName("server.checkup").AdminOnly();
        routes.MapGet("/slipway/stacks", Stacks).WithName("stack.list");
        routes.MapPost("/slipway/stacks/{stack}/rebuild", RebuildStack).WithName("stack.rebuild").AdminOnly();
    }

    private static async Task<IResult> Get(SlipwayStore store, RunnerClient runner, EdgeClient edge, ServerConfig server, CancellationToken cancel)
    {
        var info = await runner.CallAsync(RunnerVerb.Info, ContractsJson.Default.RunnerInfo, cancel);
        var stacks = await runner.CallAsync(RunnerVerb.Stacks, ContractsJson.Default.IReadOnlyListStackInfo, cancel);
        var apps = await store.Apps.CountAsync(app => app.DestroyedAt == null, cancel);
        var routing = await EdgeAsync(edge, cancel);
        return ApiJson.Ok(
            new Contracts.Api.Server(Version, info, routing?.Revision.Number ?? 0, routing?.Version, stacks, apps, await SettingsAsync(store, cancel), server.SshUrl()),
            ContractsJson.Default.Server);
    }

    private static async Task<IResult> Checkup(ServerGatherer gatherer, CancellationToken cancel) =>
        ApiJson.Ok(DoctorServices.Look(await gatherer.GatherAsync(cancel)), ContractsJson.Default.Checkup);

    private static async Task<EdgeStatus?> EdgeAsync(EdgeClient edge, CancellationToken cancel)
    {
        try
        {
            return await edge.StatusAsync(cancel);
        }
        catch (HttpRequestException)
        {
            return null; // an edge that is away is shown as such
        }
    }

    private static async Task<IResult> UpdateSettings(HttpContext context, Actor actor, SlipwayStore store, EventLog events, CancellationToken cancel)
    {
        var changes = await context.ReadAsync(ContractsJson.Default.IReadOnlyDictionaryStringString);
        foreach (var (key, value) in changes.Select(change => (change.Key, (string?)change.Value)))
        {
            CheckSetting(key, value);
            var row = await store.Settings.SingleOrDefaultAsync(row => row.Key == key, cancel);
            if (row?.Value == value) continue;
            events.Add(store, actor.Email, "server.settings", new EventTarget("server"), $"{key}={row?.Value ?? "(default)"}", $"{key}={value ?? "(default)"}");
            if (value is null) store.Settings.Remove(row!);
            else if (row is null) store.Settings.Add(new SettingRow { Key = key, Value = value });
            else row.Value = value;
        }

        await store.SaveChangesAsync(cancel);
        return ApiJson.Ok(await SettingsAsync(store, cancel), ContractsJson.Default.IReadOnlyDictionaryStringString);
    }

    private static async Task<IResult> Stacks(RunnerClient runner, CancellationToken cancel) =>
        ApiJson.Ok(await runner.CallAsync(RunnerVerb.Stacks, ContractsJson.Default.IReadOnlyListStackInfo, cancel), ContractsJson.Default.IReadOnlyListStackInfo);

    /// <summary>Builds a stack, streaming its progress as the events of a deploy with one step. Goes on if the client leaves.</summary>
    private static async Task<IResult> RebuildStack(string stack, Actor actor, RunnerClient runner, EventLog events, TimeProvider time, CancellationToken cancel)
    {
        var request = new StackRequest(StackName.Parse(stack), Rebuild: true);
        var progress = Channel.CreateUnbounded<DeployEvent>();
        await events.RecordAsync(actor.Email, "stack.rebuild", new EventTarget($"stack {request.Name}"), null, null, "started", cancel);
        _ = BuildAsync(request, actor, runner, events, time, progress.Writer);
        return new DeployStream(progress.Reader.ReadAllAsync(cancel));
    }

    private static async Task BuildAsync(
        StackRequest request, Actor actor, RunnerClient runner, EventLog events, TimeProvider time, ChannelWriter<DeployEvent> progress)
    {
        void Say(DeployEventKind kind, string? text, SlipwayError? error = null, double? seconds = null) =>
            progress.TryWrite(new DeployEvent(time.GetUtcNow(), kind, "stack", text) { Error = error, Seconds = seconds });

        var target = new EventTarget($"stack {request.Name}");
        var started = time.GetTimestamp();
        try
        {
            Say(DeployEventKind.StepStarted, $"Building the stack {request.Name} from Debian packages");
            var lines = new LineSplitter(line =>
            {
                Say(DeployEventKind.Log, line);
                return ValueTask.CompletedTask;
            });
            var built = await runner.CallAsync(
                RunnerVerb.BuildStack, request, ContractsJson.Default.StackRequest, ContractsJson.Default.StackInfo, lines.WriteAsync, CancellationToken.None);
            await lines.EndAsync();
            var found = $"{built.Name} of {built.Date}, {built.Packages.Count} packages";
            Say(DeployEventKind.StepFinished, found, seconds: time.GetElapsedTime(started).TotalSeconds);
            Say(DeployEventKind.Succeeded, found);
            await events.RecordAsync(actor.Email, "stack.rebuild", target, null, found, EventLog.Ok);
        }
        catch (SlipwayException e)
        {
            Say(DeployEventKind.Failed, e.Message, e.Error);
            await events.RecordAsync(actor.Email, "stack.rebuild", target, null, null, $"failed: {e.Error.Id}");
        }
        finally
        {
            progress.TryComplete();
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> SettingsAsync(SlipwayStore store, CancellationToken cancel) =>
        await store.Settings.AsNoTracking().Where(row => row.Key == ServerSettings.PackageIndex).ToDictionaryAsync(row => row.Key, row => row.Value, cancel);

    private static void CheckSetting(string key, string? value)
    {
        if (key == ServerSettings.PrivateSources)
        {
            if (value is not (null or ServerSettings.Allow)) throw Invalid($"{TypedName.Quote(value)} is not a value of '{key}'.", $"It is '{ServerSettings.Allow}', or unset.");
            return;
        }

        if (key == AcmeKeeper.DirectorySetting)
        {
            if (value is not null && !(Uri.TryCreate(value, UriKind.Absolute, out var directory) && directory.Scheme is "https" && value.Length <= 500))
                throw Invalid($"{TypedName.Quote(value)} is not an ACME directory.", $"It is an https URL; unset, it is {AcmeKeeper.DefaultDirectory}.");
            return;
        }

        if (key != ServerSettings.PackageIndex)
            throw Invalid($"{TypedName.Quote(key)} is not a setting of the server.", $"There are '{ServerSettings.PackageIndex}', '{ServerSettings.PrivateSources}' and '{AcmeKeeper.DirectorySetting}'.");
        var isIndex = value is null or "local" || (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && value.Length <= 2000);
        if (!isIndex)
            throw Invalid($"{TypedName.Quote(value)} is not a package index.", "It is the URL of a pip index, such as https://pypi.org/simple, or 'local' for the one on the server's disk.");
    }

    private static SlipwayException Invalid(string message, string why) => new(422, new SlipwayError("invalid_setting", message) { Why = why });
}
