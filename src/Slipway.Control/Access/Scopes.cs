using Microsoft.AspNetCore.Authorization;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Access;

/// <summary>What a route is about, as far as scopes of tokens tell it apart.</summary>
internal enum Area
{
    /// <summary>Accounts, tokens, keys, teams, the server: for tokens that may do everything. What a route is in that says nothing.</summary>
    Account,

    /// <summary>Who the caller is.</summary>
    Identity,

    /// <summary>Apps and what belongs to them. Every route with <c>{app}</c> is in it, if it does not say otherwise.</summary>
    Apps,

    /// <summary>Config vars, and what shows or uses them.</summary>
    Secrets,
}

internal sealed record InArea(Area Area);

/// <summary>Heroku's scopes of a token: what it may be used for, out of all that its account may do.</summary>
internal static class Scopes
{
    public const string Global = "global";
    private const string Identity = "identity";
    private const string Read = "read";
    private const string Write = "write";
    private const string ReadProtected = "read-protected";
    private const string WriteProtected = "write-protected";

    public static readonly IReadOnlyList<string> All = [Global, Identity, Read, Write, ReadProtected, WriteProtected];

    public static bool Allow(IReadOnlyList<string> scopes, Area area, bool isRead) => scopes.Contains(Global) || area switch
    {
        Area.Identity => isRead && scopes.Contains(Identity),
        Area.Apps when isRead => scopes.Contains(Read) || scopes.Contains(ReadProtected) || scopes.Contains(Write) || scopes.Contains(WriteProtected),
        Area.Apps => scopes.Contains(Write) || scopes.Contains(WriteProtected),
        Area.Secrets when isRead => scopes.Contains(ReadProtected) || scopes.Contains(WriteProtected),
        Area.Secrets => scopes.Contains(WriteProtected),
        _ => false,
    };

    /// <exception cref="SlipwayException">422: one of them is none.</exception>
    public static IReadOnlyList<string> Check(IReadOnlyList<string>? asked)
    {
        if (asked is null or { Count: 0 }) return [Global];
        foreach (var scope in asked)
        {
            if (scope is null || !All.Contains(scope))
                throw new SlipwayException(422, new SlipwayError("invalid_scope", $"{TypedName.Quote(scope)} is not a scope.") { Why = $"Scopes are {string.Join(", ", All)}." });
        }

        return [.. All.Where(asked.Contains)];
    }

    public static string Join(IReadOnlyList<string> scopes) => string.Join(' ', scopes);

    public static IReadOnlyList<string> Split(string scopes) => scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static TBuilder In<TBuilder>(this TBuilder route, Area area) where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new InArea(area));

    public static bool Allow(HttpContext context, Actor actor) => Allow(actor.Scopes, AreaOf(context), IsRead(context.Request));

    public static SlipwayError Lacking(HttpContext context, Actor actor) => new("forbidden", "Your token may not be used for that.")
    {
        Why = $"It has the scope {Join(actor.Scopes)}, and that is not enough to {(IsRead(context.Request) ? "read" : "change")} {Words(AreaOf(context))}.",
        Next = "heroku authorizations:create --scope write-protected",
    };

    /// <summary>A WebSocket begins as a GET, and then anything may be said over it.</summary>
    private static bool IsRead(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Method == "PROPFIND") && request.Headers.Upgrade.Count == 0;

    private static Area AreaOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<InArea>()?.Area ?? (context.Request.RouteValues.ContainsKey("app") ? Area.Apps : Area.Account);

    private static string Words(Area area) => area switch
    {
        Area.Identity => "who you are",
        Area.Apps => "apps",
        Area.Secrets => "config vars, or what uses them",
        _ => "accounts, tokens and the server",
    };
}

/// <summary>The token's scopes allow what the route is about. Part of every policy.</summary>
internal sealed class ScopeRequirement : IAuthorizationRequirement;

internal sealed class ScopeHandler : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.Resource is HttpContext http && Actor.Find(http) is { } actor && Scopes.Allow(http, actor)) context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
