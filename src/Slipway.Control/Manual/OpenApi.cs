using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Slipway.Contracts;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Api;

namespace Slipway.Control.Manual;

/// <summary>
/// The whole API as OpenAPI 3.1, made of the routes themselves: their paths, what they take of a token and of an app, and the
/// contracts behind their names. Nothing that slipwayd answers is left out but its pages.
/// </summary>
internal sealed class OpenApi(EndpointDataSource endpoints, ServerConfig server)
{
    private readonly Lazy<JsonObject> _document = new(() => Make(endpoints, server));

    public JsonObject Document => _document.Value;

    /// <summary>The routes that are described.</summary>
    public static IEnumerable<(string Method, string Path, string Name, RouteEndpoint Endpoint)> Operations(EndpointDataSource endpoints) =>
        from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
        let name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName
        let methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
        where name is not null && methods is not null && endpoint.Metadata.GetMetadata<FailureStyle>() is null && !name.StartsWith("dashboard.", StringComparison.Ordinal)
        from method in methods
        orderby endpoint.RoutePattern.RawText, method
        select (method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'), name, endpoint);

    private static JsonObject Make(EndpointDataSource endpoints, ServerConfig server)
    {
        var paths = new JsonObject();
        foreach (var (method, path, name, endpoint) in Operations(endpoints))
        {
            if (paths[path] is not JsonObject item) paths[path] = item = new JsonObject();
            item[method.ToLowerInvariant()] = Operation(method, path, name, endpoint);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Slipway",
                ["version"] = ServerApi.Version,
                ["description"] = "Heroku's Platform API v3 where a concept exists there; what is Slipway's own lives under /slipway/.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = server.ApiUrl("").ToString().TrimEnd('/') }),
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
                ["schemas"] = new JsonObject { ["Error"] = ContractSchemas.Of(ContractsJson.Default.ErrorAnswer) },
            },
        };
    }

    private static JsonObject Operation(string method, string path, string name, RouteEndpoint endpoint)
    {
        var isAnonymous = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        var isAdmins = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == AccessServices.AdminPolicy);
        var operation = new JsonObject
        {
            ["operationId"] = name,
            ["tags"] = new JsonArray(Tag(path)),
            ["x-needs"] = isAnonymous ? "nothing" : Needs(method, endpoint, isAdmins),
        };
        if (isAnonymous) operation["security"] = new JsonArray();
        var parameters = new JsonArray();
        foreach (var parameter in endpoint.RoutePattern.Parameters)
            parameters.Add(new JsonObject { ["name"] = parameter.Name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } });
        if (name.Contains(".list", StringComparison.Ordinal))
            parameters.Add(new JsonObject { ["name"] = "Range", ["in"] = "header", ["schema"] = new JsonObject { ["type"] = "string" }, ["example"] = "id ..; max=100, order=desc" });
        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (ContractTypes.BodyOf(name) is { } body && method != "GET")
            operation["requestBody"] = new JsonObject { ["content"] = Content(ContractSchemas.Of(body)) };

        var good = new JsonObject { ["description"] = "Done" };
        if (ContractTypes.AnswerOf(name) is { } answer) good["content"] = Content(ContractSchemas.Of(answer));
        operation["responses"] = new JsonObject
        {
            ["2XX"] = good,
            ["default"] = new JsonObject { ["description"] = "What went wrong, why, and what to do next", ["content"] = Content(new JsonObject { ["$ref"] = "#/components/schemas/Error" }) },
        };
        return operation;
    }

    private static JsonObject Content(JsonNode schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    /// <summary>In words: of the account, the token and the app.</summary>
    private static string Needs(string method, RouteEndpoint endpoint, bool isAdmins)
    {
        if (isAdmins) return "an admin's token";
        var isApps = endpoint.RoutePattern.Parameters.Any(one => one.Name == "app");
        var area = endpoint.Metadata.GetMetadata<InArea>()?.Area ?? (isApps ? Area.Apps : Area.Account);
        var scopes = string.Join(" or ", Scopes.All.Where(scope => Scopes.Allow([scope], area, method == "GET")));
        if (!isApps) return $"scope {scopes}";
        var permission = endpoint.Metadata.GetMetadata<NeedsPermission>()?.Permission ?? (method == "GET" ? AppPermission.View : AppPermission.Manage);
        return $"{AppAccess.Names.First(one => one.Permission == permission).Name} of the app; scope {scopes}";
    }

    /// <summary>What it is about: the first word of the path that says something.</summary>
    private static string Tag(string path)
    {
        var words = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.StartsWith('{') && word != "~").ToList();
        return words switch
        {
            ["slipway", "apps", var part, ..] => part,
            ["slipway", var part, ..] => part,
            ["apps", var part, ..] => part,
            ["oauth", var part, ..] => part,
            [var part, ..] => part,
            _ => "git",
        };
    }
}
