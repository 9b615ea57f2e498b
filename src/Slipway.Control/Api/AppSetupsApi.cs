using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Apps;
using Slipway.Control.Deploys;
using Slipway.Control.Setups;
using Slipway.Control.Sources;
using Slipway.Control.Store;
using Slipway.Control.Uploads;

namespace Slipway.Control.Api;

/// <summary>Apps made whole from a source and its app.json: by programs, by a button's page.</summary>
internal static class AppSetupsApi
{
    private const int MostOutput = 1000; // lines

    private static readonly Sorting<SetupRow> Order = new Sorting<SetupRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapAppSetups(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/app-setups", Create).WithName("app-setup.create").In(Area.Apps);
        routes.MapGet("/app-setups/{setup}", Get).WithName("app-setup.show").In(Area.Apps);
        routes.MapGet("/slipway/setups", List).WithName("app-setup.list").In(Area.Apps);
        routes.MapGet("/slipway/names/{name}", CheckName).WithName("name.check").In(Area.Apps);
    }

    /// <summary>What the caller began, or of apps that they may see.</summary>
    public static IQueryable<SetupRow> Visible(SlipwayStore store, Actor actor) =>
        store.Setups.AsNoTracking().Where(row => actor.IsAdmin || row.AccountId == actor.AccountId || AppRequest.Visible(store, actor).Any(app => app.Id == row.AppId));

    public static async Task<SetupRow> FindAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel) =>
        (Guid.TryParse(named, out var uuid) ? await Visible(store, actor).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : null)
        ?? throw AppRequest.NotFound("app setup", named);

    /// <summary>202: it goes on, and <c>Slipway-Deploy</c> names the deploy to follow.</summary>
    private static async Task<IResult> Create(
        HttpContext context, Actor actor, SlipwayStore store, SetupLedger ledger, SetupRunner runner, Templates templates, UploadStore uploads, SourceStore sources,
        DeployLogs logs, Capabilities capabilities, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateAppSetupRequest);
        if (body.Overrides?.Buildpacks is { Count: > 0 }) throw NoBuildpacks();
        var given = (body.Overrides?.Env ?? new Dictionary<string, string?>())
            .ToDictionary(pair => ConfigVarsApi.CheckKey(pair.Key).Value, pair => ConfigVarsApi.CheckValue(pair.Key, pair.Value) ?? "");
        var seen = await SourcesApi.TakeAsync(body.SourceBlob, null, uploads, sources, cancel)
            ?? (Uri.TryCreate(body.SourceBlob?.Url, UriKind.Absolute, out var shown) ? templates.Find(shown) : null);
        if (seen is null) TemplateAddress.Parse(body.SourceBlob?.Url);
        var setup = await ledger.AddAsync(new SetupRequest(body.App?.Name, seen is null ? body.SourceBlob!.Url : null, seen, given, body.Environment), actor, cancel);
        // The app is there, and whoever made it must hear of it, also when they are gone by now.
        var deploy = await runner.BeginAsync(setup, CancellationToken.None);
        if (deploy is not null) context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
        return ApiJson.Accepted(await ViewAsync(context, await ledger.StateAsync(store, setup, cancel), logs, capabilities, cancel), ContractsJson.Default.AppSetup);
    }

    private static async Task<IResult> Get(
        string setup, HttpContext context, Actor actor, SlipwayStore store, SetupLedger ledger, DeployLogs logs, Capabilities capabilities, CancellationToken cancel) =>
        ApiJson.Ok(await ViewAsync(context, await ledger.StateAsync(store, await FindAsync(store, actor, setup, cancel), cancel), logs, capabilities, cancel), ContractsJson.Default.AppSetup);

    /// <summary>Newest first.</summary>
    private static async Task<IResult> List(
        HttpContext context, Actor actor, SlipwayStore store, SetupLedger ledger, DeployLogs logs, Capabilities capabilities, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, Visible(store, actor), cancel, newestFirst: true);
        var views = new List<AppSetup>();
        foreach (var state in await ledger.StatesAsync(store, rows, cancel)) views.Add(await ViewAsync(context, state, logs, capabilities, cancel));
        return ApiJson.Ok(views, ContractsJson.Default.IReadOnlyListAppSetup);
    }

    private static async Task<IResult> CheckName(string name, AppRegistry apps, CancellationToken cancel)
    {
        var why = await apps.CheckNameAsync(name, cancel);
        return ApiJson.Ok(new NameCheck(name, why is null, why), ContractsJson.Default.NameCheck);
    }

    private static async Task<AppSetup> ViewAsync(
        HttpContext context, SetupState state, DeployLogs logs, Capabilities capabilities, CancellationToken cancel)
    {
        var (row, deploy) = (state.Setup, state.Deploy);
        var error = row.Status == SetupStatus.Failed && row.Error is { } json ? JsonSerializer.Deserialize(json, ContractsJson.Default.SlipwayError) : null;
        return new AppSetup
        {
            Id = row.Uuid,
            App = new Reference(row.AppUuid, state.AppName),
            Build = deploy is null ? null : new AppSetupBuild(deploy.Uuid, BuildsApi.StatusOf(deploy), context.Absolute(StreamsApi.ForBuild(capabilities, deploy.Uuid))),
            Status = row.Status,
            FailureMessage = error is null ? null : string.Join(' ', new[] { error.Message, error.Why, error.Next }.OfType<string>()),
            ManifestErrors = error?.Step == SetupSteps.ManifestStep ? error.Evidence ?? [error.Message] : [],
            Postdeploy = row.PostDeployExit is { } code ? new AppSetupPostdeploy(await OutputAsync(logs, deploy, cancel), code) : null,
            ResolvedSuccessUrl = state.SuccessUrl?.ToString(),
            Error = error,
            Created = state.Made,
            Environment = row.Environment,
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt,
        };
    }

    private static async Task<string> OutputAsync(DeployLogs logs, DeployRow? deploy, CancellationToken cancel)
    {
        if (deploy is not { FinishedAt: not null }) return "";
        var lines = new List<string>();
        await foreach (var happened in logs.FollowAsync(deploy.Uuid, cancel))
        {
            if (happened is { Kind: DeployEventKind.Log, Step: SetupSteps.PostDeployStep, Text: { } text }) lines.Add(text);
            if (lines.Count > MostOutput) break;
        }

        return string.Join('\n', lines.Skip(1)); // the first is the command itself
    }

    private static SlipwayException NoBuildpacks() => new(422, new SlipwayError("buildpacks_not_overridable", "Buildpacks cannot be named from outside.")
    {
        Why = "What builds an app is part of its source: a file .buildpacks, or buildpacks in app.json.",
        Next = "Write them there, and leave overrides.buildpacks away.",
    });
}
