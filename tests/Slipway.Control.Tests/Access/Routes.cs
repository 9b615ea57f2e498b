using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Control.Access;
using Slipway.Control.Api;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Access;

/// <param name="Anonymous">Needs no token.</param>
/// <param name="Page">Answers failures in its own way, not in JSON: to a browser, to a file manager.</param>
internal sealed record Route(HttpMethod Method, string Pattern, bool AdminOnly, bool Anonymous, bool Page)
{
    /// <summary>What it takes of an app.</summary>
    public required AppPermission Permission { get; init; }

    /// <summary>What it is about, for scopes of tokens.</summary>
    public required Area Area { get; init; }
}

/// <summary>Every route that slipwayd has, asked of itself: a new one is in every walk without being listed.</summary>
internal static class Routes
{
    public static IReadOnlyList<Route> Of(Slipwayd server)
    {
        using var built = Control.Server.Daemon.Build(server.Config, Path.Combine(server.Folder, "unused.sock"));
        return [.. from endpoint in built.Services.GetRequiredService<EndpointDataSource>().Endpoints.Concat(((IEndpointRouteBuilder)built).DataSources.SelectMany(source => source.Endpoints)).OfType<RouteEndpoint>().Distinct()
                   let methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"]
                   from method in methods
                   select new Route(
                       new HttpMethod(method), "/" + endpoint.RoutePattern.RawText!.TrimStart('/'),
                       endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == AccessServices.AdminPolicy),
                       endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null, endpoint.Metadata.GetMetadata<FailureStyle>() is not null)
                   {
                       Permission = endpoint.Metadata.GetMetadata<NeedsPermission>()?.Permission ?? (method == "GET" ? AppPermission.View : AppPermission.Manage),
                       Area = endpoint.Metadata.GetMetadata<InArea>()?.Area ?? (endpoint.RoutePattern.Parameters.Any(one => one.Name == "app") ? Area.Apps : Area.Account),
                   }];
    }

    public static string Fill(string pattern, string app)
    {
        var parts = pattern.Split('/').Select(part => part switch
        {
            "{app}" => app,
            "{app}.git" => app + ".git",
            ['{', ..] => "1",
            _ => part,
        });
        return string.Join('/', parts);
    }
}
