using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.Control.Api.Manners;

/// <summary>A whole answer in JSON, with its <see cref="EntityTag"/>.</summary>
/// <param name="status">Null for the one that stands: 200, or 206 of a list that goes on.</param>
internal sealed class JsonAnswer<T>(T value, JsonTypeInfo<T> json, int? status) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = JsonSerializer.SerializeToUtf8Bytes(value, json);
        if (status is { } asked) response.StatusCode = asked;
        var tag = EntityTag.Of(body);
        response.Headers.ETag = tag;
        if (EntityTag.IsKnown(httpContext.Request, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
