using Slipway.Contracts.Errors;

namespace Slipway.Control.Api;

/// <summary>
/// Bytes that are made while they are sent. What fails before the first of them is an answer like any other; what fails
/// after it cuts the connection, so that nobody takes a part for the whole.
/// </summary>
internal sealed class BytesResult(string type, Func<Func<ReadOnlyMemory<byte>, ValueTask>, Task> write) : IResult
{
    public async Task ExecuteAsync(HttpContext context)
    {
        context.Response.ContentType = type;
        try
        {
            await write(async bytes => await context.Response.Body.WriteAsync(bytes, context.RequestAborted));
        }
        catch (Exception e) when (context.Response.HasStarted && e is SlipwayException or IOException)
        {
            context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<BytesResult>().Cut(context.Request.Path, e);
            context.Abort();
        }
    }
}

internal static partial class BytesResultLog
{
    [LoggerMessage(LogLevel.Warning, "{Path} was cut off while it was sent")]
    public static partial void Cut(this ILogger logger, string? path, Exception e);
}
