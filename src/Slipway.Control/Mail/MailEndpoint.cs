using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;

namespace Slipway.Control.Mail;

/// <summary>First line of what the relay hands over; the message follows.</summary>
/// <param name="User">As whom the app logged in.</param>
/// <param name="At">Seconds since 1970.</param>
internal sealed record MailEnvelope(string Id, string User, double At, string From, IReadOnlyList<string> To);

internal sealed record MailSender(string App, int Limit);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MailEnvelope))]
[JsonSerializable(typeof(Dictionary<string, MailSender>))]
internal sealed partial class MailJson : JsonSerializerContext;

/// <summary>
/// Where the relay hands messages over, on the door that apps' errors come in by: <c>POST /mail</c>, and <c>GET /mail/senders</c> for what each
/// app may send. The relay tries again until it is told that a message is here, or that nobody wants it (410).
/// </summary>
internal sealed partial class MailEndpoint(MailKeys keys, MailApps apps, MailFiles files, MailLedger ledger, TimeProvider time, ILogger<MailEndpoint> log)
{
    public const string Path = "/mail";

    private const int MaxEnvelope = 128 << 10;

    public async Task AnswerAsync(HttpContext context)
    {
        var cancel = context.RequestAborted;
        try
        {
            if (!keys.IsRelay(context.Request.Headers.Authorization)) context.Response.StatusCode = 401;
            else if (context.Request.Method == "GET" && context.Request.Path == Path + "/senders") await TellSendersAsync(context, cancel);
            else context.Response.StatusCode = context.Request.Method == "POST" && context.Request.Path == Path ? await TakeAsync(context, cancel) : 404;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or BadHttpRequestException)
        {
            LogRefused(e.Message);
            context.Response.StatusCode = 422;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DbUpdateException or System.Data.Common.DbException)
        {
            LogFailed(e);
            context.Response.StatusCode = 503;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private async Task TellSendersAsync(HttpContext context, CancellationToken cancel)
    {
        var senders = (await apps.AllAsync(cancel)).ToDictionary(one => one.Key, one => new MailSender(one.Value.Name, one.Value.HourlyLimit));
        await context.Response.WriteAsJsonAsync(senders, MailJson.Default.DictionaryStringMailSender, cancellationToken: cancel);
    }

    private async Task<int> TakeAsync(HttpContext context, CancellationToken cancel)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MailLimits.Message + MaxEnvelope;
        var body = context.Request.BodyReader;
        var envelope = await ReadEnvelopeAsync(body, cancel);
        if (!Guid.TryParseExact(envelope.Id, "N", out var id) || envelope.To is not { Count: > 0 } || envelope.From is null || envelope.User is null) throw new InvalidDataException("The envelope is not one.");
        if (await apps.FindAsync(envelope.User, cancel) is not { } app) return 410;
        if (await ledger.HasAsync(id, cancel)) return 204;
        if (!await ledger.HasRoomAsync(app, cancel)) return 503;
        var bytes = await files.WriteAsync(app.Uuid, id, body.AsStream(leaveOpen: true), cancel);
        var at = envelope.At is > 0 and < 1e11 ? DateTimeOffset.FromUnixTimeMilliseconds((long)(envelope.At * 1000)) : time.GetUtcNow();
        await ledger.TakeAsync(app, new TakenMail(id, at, OneLine(envelope.From), [.. envelope.To.Select(OneLine)], MailText.SubjectOf(files.PathOf(app.Uuid, id)), bytes), cancel);
        return 204;
    }

    private static async Task<MailEnvelope> ReadEnvelopeAsync(System.IO.Pipelines.PipeReader body, CancellationToken cancel)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancel);
            if (System.Buffers.BuffersExtensions.PositionOf(read.Buffer, (byte)'\n') is { } end)
            {
                var line = System.Buffers.BuffersExtensions.ToArray(read.Buffer.Slice(0, end));
                body.AdvanceTo(read.Buffer.GetPosition(1, end)); // before it is looked at: a reader that is left in the middle takes the connection with it
                return JsonSerializer.Deserialize(line, MailJson.Default.MailEnvelope) ?? throw new InvalidDataException("There is no envelope.");
            }

            var isOver = read.IsCompleted || read.Buffer.Length > MaxEnvelope;
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (isOver) throw new InvalidDataException("There is no envelope.");
        }
    }

    /// <summary>The relay lets no such address in; rows have one on each line.</summary>
    private static string OneLine(string address) => address.Any(char.IsControl) ? throw new InvalidDataException("An address has control characters.") : address;

    [LoggerMessage(LogLevel.Warning, "What the mail relay handed over is not a message: {Why}")]
    private partial void LogRefused(string why);

    [LoggerMessage(LogLevel.Error, "A message of the mail relay's could not be written down; it hands it over again")]
    private partial void LogFailed(Exception e);
}
