using System.Text;
using Slipway.Control.Logs;

namespace Slipway.Control.Api;

/// <summary>Log lines in Heroku's form, sent as they come.</summary>
internal sealed class LogText(IAsyncEnumerable<IReadOnlyList<SourcedLine>> batches) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/plain; charset=utf-8";
        await response.StartAsync(httpContext.RequestAborted);
        await foreach (var batch in batches.WithCancellation(httpContext.RequestAborted))
        {
            foreach (var line in batch) Encoding.UTF8.GetBytes($"{line}\n", response.BodyWriter);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}
