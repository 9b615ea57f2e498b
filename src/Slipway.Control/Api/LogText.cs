using System.Buffers;
using System.Globalization;
using System.Text;
using Slipway.Control.Api.Manners;
using Slipway.Control.Logs;

namespace Slipway.Control.Api;

/// <summary>
/// Log lines in Heroku's form, sent as they come: plain text, or the server-sent events that Heroku's client reads, each
/// with the time of its last line as its id, so that one who was cut off goes on where they were.
/// </summary>
internal sealed class LogText(Func<DateTimeOffset?, IAsyncEnumerable<IReadOnlyList<SourcedLine>>> read) : IResult
{
    private const string EventStream = "text/event-stream";

    /// <summary>Readers take an event whole.</summary>
    private const int LinesOfEvent = 100;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var events = request.Headers.Accept.ToString().Contains(EventStream, StringComparison.OrdinalIgnoreCase);
        response.ContentType = events ? EventStream : "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        await response.StartAsync(httpContext.RequestAborted);
        if (httpContext.IsHead()) return;
        await foreach (var batch in read(LastSeen(request)).WithCancellation(httpContext.RequestAborted))
        {
            if (!events) foreach (var line in batch) Encoding.UTF8.GetBytes($"{line}\n", response.BodyWriter);
            else foreach (var lines in batch.Chunk(LinesOfEvent)) Write(lines, response.BodyWriter);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }

    private static void Write(SourcedLine[] lines, IBufferWriter<byte> writer)
    {
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {lines[^1].At.UtcTicks}\n"), writer);
        foreach (var line in lines) Encoding.UTF8.GetBytes($"data: {line}\n", writer);
        Encoding.UTF8.GetBytes("\n", writer);
    }

    private static DateTimeOffset? LastSeen(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;
}
