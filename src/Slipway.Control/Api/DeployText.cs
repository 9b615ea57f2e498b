using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;

namespace Slipway.Control.Api;

/// <summary>A deploy's events as JSON lines, each sent as it happens, from the first to the last.</summary>
internal sealed class DeployStream(IAsyncEnumerable<DeployEvent> events) : IResult
{
    private static readonly ReadOnlyMemory<byte> LineEnd = "\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/x-ndjson";
        await response.StartAsync(httpContext.RequestAborted);
        await foreach (var happened in events.WithCancellation(httpContext.RequestAborted))
        {
            await JsonSerializer.SerializeAsync(response.BodyWriter, happened, ContractsJson.Default.DeployEvent, httpContext.RequestAborted);
            await response.BodyWriter.WriteAsync(LineEnd, httpContext.RequestAborted);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }
}

/// <summary>A deploy as plain text for people, as Heroku's clients show a build.</summary>
/// <param name="step">Only this step's log lines; null for all of the deploy.</param>
internal sealed class DeployText(IAsyncEnumerable<DeployEvent> events, string? step = null) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/plain; charset=utf-8";
        await response.StartAsync(httpContext.RequestAborted);
        await foreach (var happened in events.WithCancellation(httpContext.RequestAborted))
        {
            if (Line(happened) is not { } line) continue;
            await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), httpContext.RequestAborted);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }

    private string? Line(DeployEvent happened) => (step, happened.Kind) switch
    {
        (not null, DeployEventKind.Log) => happened.Step == step ? happened.Text : null,
        (not null, _) => null,
        (_, DeployEventKind.StepStarted) => $"-----> {happened.Text}",
        (_, DeployEventKind.StepSkipped) => $"-----> {happened.Step}: {happened.Text}",
        (_, DeployEventKind.Log) => $"       {happened.Text}",
        (_, DeployEventKind.StepFinished) => happened.Text is null ? null : $"       {happened.Text} ({happened.Seconds:0.0} s)",
        (_, DeployEventKind.Succeeded) => $"-----> Live: {happened.Url}",
        (_, DeployEventKind.Failed) => string.Join("\n !     ", new[] { "", happened.Error?.Message ?? happened.Text, happened.Error?.Why, happened.Error?.Next }.Where(text => text is not null)).TrimStart('\n'),
        _ => null,
    };
}
