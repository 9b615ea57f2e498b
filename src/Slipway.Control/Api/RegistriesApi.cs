using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Control.Access;
using Slipway.Control.Registries;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Logins to registries: an app's own, and those of the whole server, which only admins see.</summary>
internal static class RegistriesApi
{
    public static void MapRegistries(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/registries", (RegistryLogins logins, CancellationToken cancel) => ListAsync(logins, null, cancel)).WithName("registry.list").AdminOnly();
        routes.MapPut("/slipway/registries/{host}", (string host, HttpContext context, Actor actor, RegistryLogins logins, CancellationToken cancel) =>
            SetAsync(host, context, actor, logins, null, cancel)).WithName("registry.login").AdminOnly();
        routes.MapDelete("/slipway/registries/{host}", (string host, Actor actor, RegistryLogins logins, CancellationToken cancel) =>
            RemoveAsync(host, actor, logins, null, cancel)).WithName("registry.logout").AdminOnly();

        routes.MapGet("/slipway/apps/{app}/registries", (AppRequest request, RegistryLogins logins, CancellationToken cancel) =>
            ListAsync(logins, request.App, cancel)).WithName("registry.list-of-app");
        routes.MapPut("/slipway/apps/{app}/registries/{host}", (string host, HttpContext context, AppRequest request, RegistryLogins logins, CancellationToken cancel) =>
            SetAsync(host, context, request.Actor, logins, request.App, cancel)).WithName("registry.login-of-app").Needs(AppPermission.Operate);
        routes.MapDelete("/slipway/apps/{app}/registries/{host}", (string host, AppRequest request, RegistryLogins logins, CancellationToken cancel) =>
            RemoveAsync(host, request.Actor, logins, request.App, cancel)).WithName("registry.logout-of-app").Needs(AppPermission.Operate);
    }

    private static async Task<IResult> ListAsync(RegistryLogins logins, AppRow? app, CancellationToken cancel) =>
        ApiJson.Ok([.. (await logins.ListAsync(app, cancel)).Select(View)], ContractsJson.Default.IReadOnlyListRegistry);

    private static async Task<IResult> SetAsync(string host, HttpContext context, Actor actor, RegistryLogins logins, AppRow? app, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.RegistryLoginRequest);
        return ApiJson.Ok(View(await logins.SetAsync(app, actor, host, body.Username, body.Password, body.PlainHttp ?? false, cancel)), ContractsJson.Default.Registry);
    }

    private static async Task<IResult> RemoveAsync(string host, Actor actor, RegistryLogins logins, AppRow? app, CancellationToken cancel) =>
        ApiJson.Ok(View(await logins.RemoveAsync(app, actor, host, cancel)), ContractsJson.Default.Registry);

    private static Registry View(RegistryLoginRow row) => new(row.Uuid, row.Host, row.Username.Length > 0 ? row.Username : null, row.PlainHttp, row.CreatedAt);
}
