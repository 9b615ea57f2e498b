using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts;
using Slipway.Control.Access;
using Slipway.Control.Api.Manners;
using Slipway.Control.Events;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>
/// Metadata of routes whose callers do not read JSON: writes the whole answer to a failed request, 401 included.
/// </summary>
internal sealed record FailureStyle(Func<HttpContext, int, SlipwayError, Task> Write);

/// <summary>Every failure leaves as Heroku's error JSON with <c>why</c> and <c>next</c>, and failed changes are events too.</summary>
internal sealed partial class ApiErrors(RequestDelegate next, EventLog events, ILogger<ApiErrors> logger)
{
    private const int DiskFullErrno = 28;
    private const int SqliteFull = 13;

    private static readonly SlipwayError DiskFull = new("disk_full", "The server's disk is full.")
    {
        Next = "Free some space on it; 'slipway apps' and 'slipway destroy' show and remove apps that are no longer needed.",
    };

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort(); // the client is gone; there is nobody to tell
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var failure = Describe(e);
            if (failure.Status is 500) LogFailure(e, context.Request.Method, context.Request.Path, RequestId.Of(context));
            await RecordAsync(context, failure.Error);
            await WriteAsync(context, failure.Status, failure.Error);
        }
    }

    public static Task WriteAsync(HttpContext context, int status, SlipwayError error)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<FailureStyle>() is { } style) return style.Write(context, status, error);
        context.Response.StatusCode = status;
        if (IsForGit(context)) return context.Response.WriteAsync(string.Join('\n', DeployText.Failure(error)) + "\n", context.RequestAborted);
        var answer = ErrorAnswer.From(error, RequestId.Of(context));
        if (AcceptedVersion.IsHerokus(context.Request)) answer = answer with { Id = HerokuErrors.IdOf(status, error.Id) };
        return context.Response.WriteAsJsonAsync(answer, ApiJson.ForPeople(ContractsJson.Default.ErrorAnswer), cancellationToken: context.RequestAborted);
    }

    /// <summary>git shows its user what is plain text.</summary>
    private static bool IsForGit(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GitClient>() is null) return false;
        if (!context.Request.Headers.UserAgent.ToString().Contains("git", StringComparison.OrdinalIgnoreCase)) return false;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return true;
    }

    private static SlipwayException Describe(Exception e) => e switch
    {
        SlipwayException known => known,
        BadHttpRequestException { StatusCode: 413 } => new(413, new SlipwayError("too_large", "The request's body is larger than is allowed here.")),
        BadHttpRequestException bad => new(bad.StatusCode, new SlipwayError("bad_request", bad.Message)),
        JsonException json => new(400, new SlipwayError("bad_request", "The request's body is not the JSON that this call takes.") { Why = json.Message }),
        DbUpdateException update when update is DbUpdateConcurrencyException || update.IsDuplicate() => new(409, new SlipwayError("conflict", "Somebody else changed the same thing at the same time.")
        {
            Next = "Look at it again, then repeat the call.",
        }),
        IOException { HResult: DiskFullErrno } or DbUpdateException { InnerException: SqliteException { SqliteErrorCode: SqliteFull } } => new(507, DiskFull),
        _ => new(500, new SlipwayError("internal_error", "Slipway failed at this because of a defect of its own.")
        {
            Why = $"{e.GetType().Name}: {e.Message}",
            Next = "The whole of it is in slipwayd's log, under the request id; please report it.",
        }, e),
    };

    private async Task RecordAsync(HttpContext context, SlipwayError error)
    {
        if (HttpMethods.IsGet(context.Request.Method) || Actor.Find(context) is not { } actor) return;
        var endpoint = context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;
        if (endpoint is null) return;
        var target = AppRequest.Find(context) is { } app ? EventTarget.Of(app) : new EventTarget(context.Request.Path);
        try
        {
            await events.RecordAsync(actor.Email, endpoint, target, null, null, $"failed: {error.Id}");
        }
        catch (DbUpdateException e)
        {
            // The caller is told of the failure all the same.
            LogFailure(e, context.Request.Method, context.Request.Path, RequestId.Of(context));
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed, request {RequestId}")]
    private partial void LogFailure(Exception e, string method, PathString path, string requestId);
}
