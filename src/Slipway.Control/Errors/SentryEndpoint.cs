using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Contracts.Api;

namespace Slipway.Control.Errors;

/// <summary>
/// Where Sentry's SDKs send to: <c>POST /api/{project}/envelope/</c> and <c>/store/</c>, on a listener of its own that instances
/// reach and that answers nothing else. Cheap checks come first: who has sent too much is refused before anything is read.
/// </summary>
internal sealed partial class SentryEndpoint(ErrorApps apps, ErrorGate gate, ErrorQueue queue, ErrorActivity activity, TimeProvider time)
{
    /// <summary>As sent, and as unpacked, in bytes.</summary>
    private const int MaxBody = 1 << 20, MaxUnpacked = 8 << 20;

    /// <summary>Sentry's own limit of an event, in bytes.</summary>
    private const int MaxEvent = 1 << 20;

    private static readonly string QuietSeconds = ((int)ErrorGate.Quiet.TotalSeconds).ToString(CultureInfo.InvariantCulture), QuietLimits = QuietSeconds + "::key";

    private static readonly ReadOnlyMemory<byte> TooMany = """{"error":"error_rate_limit","detail":"The app has sent more errors than are taken at once; this one is only counted."}"""u8.ToArray();

    public async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await TakeAsync(context, context.RequestAborted);
        }
        catch (Refusal refusal)
        {
            await WriteAsync(context, refusal.Status, refusal.Id, refusal.Message);
        }
        catch (EnvelopeException e)
        {
            await WriteAsync(context, 400, "error_not_understood", e.Message);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            await WriteAsync(context, 400, "error_not_understood", "The body cannot be unpacked as its Content-Encoding says.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private sealed class Refusal(int status, string id, string message) : Exception(message)
    {
        public int Status => status;
        public string Id => id;
    }

    private async Task TakeAsync(HttpContext context, CancellationToken cancel)
    {
        var route = Route().Match(context.Request.Path.Value ?? "");
        if (!route.Success) throw new Refusal(404, "not_found", "Here are POST /api/PROJECT/envelope/ and /api/PROJECT/store/, and nothing else.");
        if (!HttpMethods.IsPost(context.Request.Method)) throw new Refusal(405, "method_not_allowed", "Errors are sent with POST.");
        var (project, isEnvelope) = (route.Groups["project"].Value, route.Groups["kind"].Value == "envelope");

        // An envelope may say itself what its key is. Then it has to be read first, which its size bounds.
        var app = KeyOf(context.Request) is { } key ? await FindAsync(project, key, cancel) : isEnvelope ? null : throw UnknownKey();
        if (app is not null && !IsAdmitted(app))
        {
            await QuietenAsync(context);
            return;
        }

        var body = await ReadAsync(context, cancel);
        var envelope = isEnvelope ? Envelope.Parse(body) : new Envelope(null, [new EnvelopeItem("event", body)]);
        if (app is null)
        {
            app = await FindAsync(project, envelope.Dsn is { } dsn && DsnKey().Match(dsn) is { Success: true } match ? match.Groups[1].Value : "", cancel);
            if (!IsAdmitted(app))
            {
                await QuietenAsync(context);
                return;
            }
        }

        gate.Charge(app.Id, body.Length);
        var id = Take(app, envelope);
        await JsonAsync(context, id is { } given ? $$"""{"id":"{{given:N}}"}""" : "{}");
    }

    /// <returns>Id of the event among the items, if there is one.</returns>
    private Guid? Take(ErrorApp app, Envelope envelope)
    {
        var now = time.GetUtcNow();
        activity.SdkSent(app.Id, now);
        Guid? id = null;
        foreach (var item in envelope.Items)
        {
            if (item.Type == "client_report") queue.Refuse(app.Id, ClientReport.CountOf(item.Payload));
            if (item.Type != "event") continue; // sessions, transactions, attachments, and what SDKs will think of
            if (item.Payload.Length > MaxEvent) throw new Refusal(413, "error_too_large", "An event is larger than 1 MiB.");
            var sent = SentEvent.Parse(item.Payload, now);
            id = sent.Occurrence.Id;
            if (sent.Occurrence.Exceptions.Count > 0) activity.Raised(app.Id, ErrorOrigin.Sdk, sent.Occurrence.At);
            queue.TryAdd(new Report(app.Id, Slimming.Fit(sent.Occurrence), Grouping.FingerprintOf(sent.Occurrence, sent.Fingerprint)));
        }

        return id;
    }

    private bool IsAdmitted(ErrorApp app)
    {
        if (gate.TryTake(app.Id)) return true;
        queue.Refuse(app.Id);
        activity.SdkSent(app.Id, time.GetUtcNow());
        return false;
    }

    /// <summary>What most requests of a storm are answered: no exception is thrown for it, and no text made.</summary>
    private static Task QuietenAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers.RetryAfter = QuietSeconds;
        response.Headers["X-Sentry-Rate-Limits"] = QuietLimits;
        response.ContentType = "application/json";
        response.ContentLength = TooMany.Length;
        return response.Body.WriteAsync(TooMany, context.RequestAborted).AsTask();
    }

    private async Task<ErrorApp> FindAsync(string project, string key, CancellationToken cancel) => await apps.FindAsync(project, key, cancel) ?? throw UnknownKey();

    private static Refusal UnknownKey() => new(401, "error_key_unknown", "The key is not that of the project. SENTRY_DSN in the app's environment has the right one.");

    private static string? KeyOf(HttpRequest request)
    {
        if (request.Query["sentry_key"].FirstOrDefault() is { Length: > 0 } asked) return asked;
        var header = request.Headers["X-Sentry-Auth"].FirstOrDefault() ?? request.Headers.Authorization.FirstOrDefault() ?? "";
        return AuthKey().Match(header) is { Success: true } match ? match.Groups[1].Value : null;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, CancellationToken cancel)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null; // it is counted below, with an answer that says so
        if (context.Request.ContentLength > MaxBody) throw TooLarge();
        using var packed = await CopyAsync(context.Request.Body, MaxBody, cancel);
        await using Stream? unpacked = context.Request.Headers.ContentEncoding.ToString().ToLowerInvariant() switch
        {
            "" or "identity" => null,
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            _ => throw new Refusal(415, "error_encoding_unknown", "Bodies are taken plain, or packed with gzip, deflate or br."),
        };
        if (unpacked is null) return packed.ToArray();
        using var plain = await CopyAsync(unpacked, MaxUnpacked, cancel);
        return plain.ToArray();
    }

    private static async Task<MemoryStream> CopyAsync(Stream from, int most, CancellationToken cancel)
    {
        var copy = new MemoryStream();
        var block = new byte[16 << 10];
        for (int got; (got = await from.ReadAsync(block, cancel)) > 0;)
        {
            if (copy.Length + got > most) throw TooLarge();
            copy.Write(block, 0, got);
        }

        copy.Position = 0;
        return copy;
    }

    private static Refusal TooLarge() => new(413, "error_too_large", "The body is larger than 1 MiB, or than 8 MiB unpacked.");

    private static async Task WriteAsync(HttpContext context, int status, string id, string detail)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["X-Sentry-Error"] = detail;
        await JsonAsync(context, $$"""{"error":"{{id}}","detail":"{{JsonEncodedText.Encode(detail)}}"}""");
    }

    private static Task JsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }

    [GeneratedRegex(@"\A/api/(?<project>\d{1,18})/(?<kind>envelope|store)/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Route();

    [GeneratedRegex(@"\ASentry\b.*?\bsentry_key=([^,\s]+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AuthKey();

    [GeneratedRegex(@"\A\w+://([^:@/]+)", RegexOptions.CultureInvariant)]
    private static partial Regex DsnKey();
}
