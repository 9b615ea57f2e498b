using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Api.Manners;

/// <summary>
/// Heroku's media type, <c>application/vnd.heroku+json; version=3</c>: its clients name the version that they speak, often a
/// variant of it (<c>3.sdk</c>). Who asks for it is told of failures by Heroku's own ids.
/// </summary>
internal static partial class AcceptedVersion
{
    private const string HerokuType = "application/vnd.heroku+json";

    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        foreach (var version in Versions(context.Request))
        {
            if (version is { } named && !Third().IsMatch(named)) throw NotAcceptable(named);
        }

        return next(context);
    }

    public static bool IsHerokus(HttpRequest request) => Versions(request).Any();

    private static IEnumerable<string?> Versions(HttpRequest request)
    {
        // Most requests carry no such thing, and parsing costs more than looking.
        if (!request.Headers.Accept.ToString().Contains(HerokuType, StringComparison.OrdinalIgnoreCase)) return [];
        return MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types)
            ? types.Where(type => type.MediaType.Equals(HerokuType, StringComparison.OrdinalIgnoreCase))
                .Select(type => type.Parameters.FirstOrDefault(one => one.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.Value.Value)
            : [];
    }

    private static SlipwayException NotAcceptable(string version) =>
        new(406, new SlipwayError("not_acceptable", $"The API has no version {TypedName.Quote(version)}.")
        {
            Why = "It is version 3 of Heroku's Platform API, and variants of it such as 3.sdk.",
            Next = $"Accept: {HerokuType}; version=3",
        });

    [GeneratedRegex(@"\A3(\.[a-z0-9_-]{1,50})?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Third();
}
