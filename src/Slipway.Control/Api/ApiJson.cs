using System.Text.Encodings.Web;
using System.Text.Json.Serialization.Metadata;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts;
using Slipway.Control.Api.Manners;

namespace Slipway.Control.Api;

/// <summary>JSON in and out of the API, through the generated contracts alone.</summary>
internal static class ApiJson
{
    private const int MaxBody = 1 << 20;

    // A larger body is read to its end before it is refused, or the client would see a broken connection for an answer.
    private const int MaxDrained = 32 << 20;

    // Quotes and letters of any script are left as they are: the answers are JSON, never part of a page.
    private static readonly JsonSerializerOptions Readable = new(ContractsJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="SlipwayException">400: there is no body, or 'null'.</exception>
    /// <exception cref="JsonException">It is not JSON of this shape.</exception>
    public static async Task<T> ReadAsync<T>(this HttpContext context, JsonTypeInfo<T> json) where T : class =>
        await context.ReadOptionalAsync(json)
            ?? throw new SlipwayException(400, new SlipwayError("bad_request", "This call needs a JSON body."));

    public static async Task<T?> ReadOptionalAsync<T>(this HttpContext context, JsonTypeInfo<T> json) where T : class
    {
        CheckIsJson(context.Request);
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (limit is { IsReadOnly: false }) limit.MaxRequestBodySize = MaxDrained;
        using var body = new MemoryStream();
        var block = new byte[4096];
        long length = 0;
        for (int got; (got = await context.Request.Body.ReadAsync(block, context.RequestAborted)) > 0;)
        {
            length += got;
            if (length <= MaxBody) body.Write(block, 0, got);
        }

        if (length > MaxBody) throw new SlipwayException(413, new SlipwayError("too_large", "The request's body is larger than 1 MiB."));
        return body.Length == 0 ? null : JsonSerializer.Deserialize(body.GetBuffer().AsSpan(0, (int)body.Length), json);
    }

    /// <summary>A body that may be large: it is read as it comes.</summary>
    /// <param name="most">Bytes.</param>
    public static async Task<T> ReadLargeAsync<T>(this HttpContext context, JsonTypeInfo<T> json, int most) where T : class
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = most;
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, json, context.RequestAborted)
                ?? throw new SlipwayException(400, new SlipwayError("bad_request", "This call needs a JSON body."));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == 413)
        {
            throw new SlipwayException(413, new SlipwayError("too_large", $"The request's body is larger than {Sources.Size.Text(most)}."), e);
        }
    }

    public static IResult Ok<T>(T value, JsonTypeInfo<T> json) => Answer(value, json, null);

    public static IResult Created<T>(T value, JsonTypeInfo<T> json) => Answer(value, json, 201);

    public static IResult Accepted<T>(T value, JsonTypeInfo<T> json) => Answer(value, json, 202);

    /// <summary>The same contract, written for people to read.</summary>
    public static JsonTypeInfo<T> ForPeople<T>(JsonTypeInfo<T> json) => (JsonTypeInfo<T>)Readable.GetTypeInfo(json.Type);

    private static JsonAnswer<T> Answer<T>(T value, JsonTypeInfo<T> json, int? status) => new(value, ForPeople(json), status);

    /// <summary>A form is taken for JSON: it is what curl says of every body that it is not told the type of.</summary>
    private static void CheckIsJson(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && string.IsNullOrEmpty(request.ContentType)) return;
        if (type is not null && (type.MatchesMediaType("application/json") || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase) || type.MatchesMediaType("application/x-www-form-urlencoded"))) return;
        if (request.ContentLength is 0) return;
        throw new SlipwayException(415, new SlipwayError("unsupported_media_type", $"A body of the type {TypedName.Quote(request.ContentType)} is not understood.")
        {
            Next = "Content-Type: application/json",
        });
    }
}
