using Microsoft.AspNetCore.Http;
using Slipway.Edge.Routing;

namespace Slipway.Edge.Requests;

/// <summary>Headers that an app wants on every answer below a URL, whoever gives it.</summary>
internal static class RouteHeaders
{
    public static void Apply(AppRoute? route, HttpContext http)
    {
        if (route is not { Headers.Length: > 0 }) return;
        var path = http.Request.Path.Value.AsSpan();
        foreach (var rule in route.Headers)
        {
            if (!path.StartsWith(rule.Prefix, StringComparison.Ordinal)) continue;
            foreach (var (name, value) in rule.Set) http.Response.Headers[name] = value;
        }
    }
}
