using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Deploys;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>What Heroku's client asks of a PostgreSQL database: at Heroku another host's business (HEROKU_DATA_HOST), here the same.</summary>
internal static class PostgresApi
{
    private const string Default = "default";

    public static void MapPostgres(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/client/v11/databases/{addon}", Get).WithName("postgres.show");
        routes.MapGet("/client/v11/databases/{addon}/wait_status", WaitStatus).WithName("postgres.wait-status");
        routes.MapPut("/client/v11/databases/{addon}/reset", Reset).WithName("postgres.reset");
        routes.MapPost("/client/v11/databases/{addon}/connection_reset", Disconnect).WithName("postgres.disconnect");
        routes.MapGet("/postgres/v0/databases/{addon}/credentials", Credentials).WithName("postgres.credentials");
        routes.MapGet("/postgres/v0/databases/{addon}/credentials/{name}", Credential).WithName("postgres.credential");
        routes.MapPost("/postgres/v0/databases/{addon}/credentials", Refuse).WithName("postgres.credential.create");
        routes.MapDelete("/postgres/v0/databases/{addon}/credentials/{name}", Refuse).WithName("postgres.credential.delete");
        routes.MapPost("/postgres/v0/databases/{addon}/credentials_rotation", Rotate).WithName("postgres.credential.rotate-all");
        routes.MapPost("/postgres/v0/databases/{addon}/credentials/{name}/credentials_rotation", RotateOne).WithName("postgres.credential.rotate");
        routes.MapPost("/postgres/v0/databases/{addon}/repair-default", Repair).WithName("postgres.credential.repair");
    }

    /// <exception cref="SlipwayException">404; 422 <c>not_postgresql</c>.</exception>
    public static async Task<AddonRow> FindAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel)
    {
        var row = await AddonActionsApi.FindAsync(store, actor, named, AppPermission.Deploy, cancel);
        if (row.Service == Postgresql.Name) return row;
        throw new SlipwayException(422, new SlipwayError("not_postgresql", $"{row.Name} is not a PostgreSQL database.") { Next = $"slipway addons info {row.Name}" });
    }

    /// <summary>As <see cref="FindAsync"/>, of an app that the caller operates: who only has it attached does not empty it.</summary>
    public static async Task<AddonRow> FindOwnAsync(SlipwayStore store, Actor actor, string named, CancellationToken cancel)
    {
        var row = await FindAsync(store, actor, named, cancel);
        return await AppRequest.Visible(store, actor, AppPermission.Operate).AnyAsync(app => app.Id == row.AppId, cancel) ? row : throw AppRequest.NotFound("add-on", named);
    }

    private static async Task<IResult> Get(string addon, Actor actor, SlipwayStore store, AddonConsole console, SecretBox secrets, PublicAddresses addresses, CancellationToken cancel)
    {
        var row = await FindAsync(store, actor, addon, cancel);
        var server = await store.AddonServers.AsNoTracking().SingleAsync(one => one.Id == row.ServerId, cancel);
        var facts = await console.FactsAsync(row, server, cancel);
        List<DatabaseFact> info = [new("Plan", ["Shared"]), new("Status", [row.State == AddonState.Provisioned ? "Available" : "Preparing"])];
        info.AddRange(facts.Select(fact => new DatabaseFact(Named(fact.Key), [fact.Value.Replace("PostgreSQL ", "", StringComparison.Ordinal)])));
        info.AddRange([new("Created", [$"{row.CreatedAt:yyyy-MM-dd HH:mm} UTC"]), new("Fork/Follow", ["Unsupported"]), new("Rollback", ["Unsupported"]), new("Continuous Protection", ["Off"])]);
        return ApiJson.Ok(
            new Database(row.Uuid, row.Name, row.Plan, row.State == AddonState.Provisioned ? "available" : "preparing", row.CreatedAt, info, addresses.Show(row, secrets.Open(row.Url)), null),
            ContractsJson.Default.Database);
    }

    private static string Named(string fact) => fact switch { "Version" => "PG Version", "Size" => "Data Size", _ => fact };

    private static async Task<IResult> WaitStatus(string addon, Actor actor, SlipwayStore store, CancellationToken cancel)
    {
        var isReady = (await FindAsync(store, actor, addon, cancel)).State == AddonState.Provisioned;
        return ApiJson.Ok(new DatabaseStatus(!isReady, isReady ? "available" : "preparing"), ContractsJson.Default.DatabaseStatus);
    }

    private static async Task<IResult> Reset(string addon, Actor actor, SlipwayStore store, ServerConsole console, EventLog events, SecretBox secrets, CancellationToken cancel)
    {
        var row = await FindOwnAsync(store, actor, addon, cancel);
        await RunAsync(store, row, console, Postgresql.Reset(new Uri(secrets.Open(row.Url))), cancel);
        await RecordAsync(store, events, actor, "postgres.reset", row, cancel);
        return ApiJson.Ok(new DatabaseMessage($"{row.Name} is empty."), ContractsJson.Default.DatabaseMessage);
    }

    private static async Task<IResult> Disconnect(string addon, Actor actor, SlipwayStore store, ServerConsole console, EventLog events, SecretBox secrets, CancellationToken cancel)
    {
        var row = await FindOwnAsync(store, actor, addon, cancel);
        await RunAsync(store, row, console, Postgresql.Disconnect(new Uri(secrets.Open(row.Url))), cancel);
        await RecordAsync(store, events, actor, "postgres.disconnect", row, cancel);
        return ApiJson.Ok(new DatabaseMessage("All connections were ended."), ContractsJson.Default.DatabaseMessage);
    }

    private static async Task<IResult> Credentials(string addon, Actor actor, SlipwayStore store, SecretBox secrets, PublicAddresses addresses, CancellationToken cancel) =>
        ApiJson.Ok([View(await FindAsync(store, actor, addon, cancel), secrets, addresses)], ContractsJson.Default.IReadOnlyListDatabaseCredential);

    private static async Task<IResult> Credential(string addon, string name, Actor actor, SlipwayStore store, SecretBox secrets, PublicAddresses addresses, CancellationToken cancel) =>
        name == Default
            ? ApiJson.Ok(View(await FindAsync(store, actor, addon, cancel), secrets, addresses), ContractsJson.Default.DatabaseCredential)
            : throw AppRequest.NotFound("credential", name);

    private static IResult Refuse() => throw new SlipwayException(422, new SlipwayError("one_credential", "A database has one credential, 'default'.")
    {
        Why = "Each database belongs to one role of PostgreSQL, as on Heroku's essential plans.", Next = "heroku pg:credentials:rotate gives it a new password.",
    });

    private static Task<IResult> Repair(string addon, Actor actor, SlipwayStore store, ServerConsole console, SecretBox secrets, CancellationToken cancel) =>
        RepairAsync(addon, actor, store, console, secrets, cancel);

    private static async Task<IResult> RepairAsync(string addon, Actor actor, SlipwayStore store, ServerConsole console, SecretBox secrets, CancellationToken cancel)
    {
        var row = await FindOwnAsync(store, actor, addon, cancel);
        await RunAsync(store, row, console, AddonKinds.Of(row.Service).Create(new Uri(secrets.Open(row.Url)))!, cancel);
        return ApiJson.Ok(new DatabaseMessage("The role has its rights."), ContractsJson.Default.DatabaseMessage);
    }

    private static Task<IResult> RotateOne(
        string addon, string name, HttpContext context, Actor actor, SlipwayStore store, ServerConsole console, Deployer deployer, EventLog events, SecretBox secrets, CancellationToken cancel) =>
        name == Default ? Rotate(addon, context, actor, store, console, deployer, events, secrets, cancel) : throw AppRequest.NotFound("credential", name);

    /// <summary>
    /// A new password, and a release of each app that has the database. The store first: asked again after a crash, PostgreSQL
    /// is given what the store says.
    /// </summary>
    private static async Task<IResult> Rotate(
        string addon, HttpContext context, Actor actor, SlipwayStore store, ServerConsole console, Deployer deployer, EventLog events, SecretBox secrets, CancellationToken cancel)
    {
        var row = await FindOwnAsync(store, actor, addon, cancel);
        var apps = await store.AddonAttachments.Where(one => one.AddonId == row.Id).Select(one => one.AppId).Distinct().ToListAsync(cancel);
        var busy = await store.Deploys.Where(deploy => deploy.FinishedAt == null && apps.Contains(deploy.AppId)).Join(store.Apps, deploy => deploy.AppId, app => app.Id, (_, app) => app.Name).FirstOrDefaultAsync(cancel);
        if (busy is not null) throw Busy(row, busy, "The password was not changed.");
        var old = new Uri(secrets.Open(row.Url));
        var changed = AddonKinds.Of(row.Service).UrlOf(old.Host, old.Database(), RandomNumberGenerator.GetString(AddonLedger.PasswordLetters, 40));
        row.Url = secrets.Seal(changed.OriginalString);
        await store.SaveChangesAsync(cancel);
        // From here on to the end, whether the caller waits or not: apps must not be left with a password that is none.
        await RunAsync(store, row, console, AddonKinds.Of(row.Service).Create(changed)!, CancellationToken.None);
        await RecordAsync(store, events, actor, "postgres.rotate", row, CancellationToken.None);
        SlipwayException? failure = null;
        foreach (var app in apps)
        {
            try
            {
                var deploy = await deployer.StartRenewAsync(app, $"Rotate the password of {row.Name}", actor.AccountId, CancellationToken.None);
                context.Response.Headers[ConfigVarsApi.DeployHeader] = deploy.Uuid.ToString();
            }
            catch (SlipwayException e)
            {
                failure = e; // the others get theirs all the same
            }
        }

        if (failure is not null) throw Busy(row, "an app that has it", $"The password was changed, and one app has the old one: {failure.Error.Message}");
        return ApiJson.Ok(new DatabaseMessage("The password was changed."), ContractsJson.Default.DatabaseMessage);
    }

    private static SlipwayException Busy(AddonRow row, string app, string why) => new(409, new SlipwayError("deploy_in_progress", $"{row.Name} cannot get a new password while {app} is deployed.")
    {
        Why = why,
        Next = "When the deploy is over, repeat it: heroku pg:credentials:rotate",
    });

    private static async Task RunAsync(SlipwayStore store, AddonRow row, ServerConsole console, ConsoleCommand command, CancellationToken cancel) =>
        await console.RunAsync(await store.AddonServers.AsNoTracking().SingleAsync(one => one.Id == row.ServerId, cancel), command, cancel);

    private static async Task RecordAsync(SlipwayStore store, EventLog events, Actor actor, string action, AddonRow row, CancellationToken cancel) =>
        await events.RecordAsync(actor.Email, action, EventTarget.Of(await store.Apps.AsNoTracking().SingleAsync(app => app.Id == row.AppId, cancel)), null, row.Name, EventLog.Ok, cancel);

    private static DatabaseCredential View(AddonRow row, SecretBox secrets, PublicAddresses addresses)
    {
        var url = new Uri(addresses.Show(row, secrets.Open(row.Url)));
        return new DatabaseCredential(row.Uuid, Default, "active", url.Database(), url.Host, url.Port, [new DatabaseLogin(url.User(), url.Password(), "active", null)]);
    }
}
