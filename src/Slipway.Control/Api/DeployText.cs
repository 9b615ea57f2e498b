using System.Text.Json;
using System.Text;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;
using Slipway.Contracts;
using Slipway.Control.Api.Manners;

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
        if (httpContext.IsHead()) return;
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
        if (httpContext.IsHead()) return;
        await foreach (var happened in events.WithCancellation(httpContext.RequestAborted))
        {
            foreach (var line in Lines(happened, step))
                await response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), httpContext.RequestAborted);
            await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }

    /// <param name="step">Only this step's log lines; null for all of the deploy.</param>
    public static IReadOnlyList<string> Lines(DeployEvent happened, string? step = null) => (step, happened.Kind) switch
    {
        (not null, DeployEventKind.Log) => happened.Step == step && happened.Text is not null ? [happened.Text] : [],
        (not null, _) => [],
        (_, DeployEventKind.StepStarted) => [$"-----> {happened.Text}"],
        (_, DeployEventKind.StepSkipped) => [$"-----> {happened.Step}: {happened.Text}"],
        (_, DeployEventKind.Log) => [$"       {happened.Text}"],
        (_, DeployEventKind.StepFinished) => happened.Text is null ? [] : [$"       {happened.Text} ({happened.Seconds:0.0} s)"],
        (_, DeployEventKind.Succeeded) => [$"-----> Live: {happened.Url}"],
        (_, DeployEventKind.Failed) => Failure(happened.Error ?? new SlipwayError("deploy_failed", happened.Text ?? "The deploy failed.")),
        _ => [],
    };

    /// <summary>What happened, why, and what to do next.</summary>
    public static IReadOnlyList<string> Failure(SlipwayError error) => error.Diagnosis is { } diagnosis
        ? [.. DiagnosisText.Lines(diagnosis, "slipway fix").Select(line => " !     " + Written(line)), " !", " !     " + error.Message]
        : [.. new[] { error.Message, error.Why, error.Next is null ? null : "Next: " + error.Next }.OfType<string>().SelectMany(text => text.Split('\n')).Select(line => " !     " + line)];

    private static string Written(DiagnosisLine line) => line.Kind switch
    {
        DiagnosisLineKind.Title => line.Text,
        DiagnosisLineKind.Quote => "  | " + line.Text,
        _ => $"  {(line.Label.Length > 0 ? line.Label + ":" : ""),-10}{line.Text}",
    };
}
