using System.Net;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Api;

/// <summary>Failed requests as <see cref="Failure"/>s.</summary>
internal static class ApiFailure
{
    /// <summary>Id of the error when the edge answers and slipwayd behind it does not.</summary>
    public const string ControlUnavailable = "control_unavailable";

    public static int ExitCodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => ExitCode.NotLoggedIn,
        HttpStatusCode.NotFound or HttpStatusCode.Gone => ExitCode.NotFound,
        HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => ExitCode.Usage,
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => ExitCode.Unreachable,
        _ => ExitCode.Failure,
    };

    /// <summary>The server's own words where it has some; a proxy's page has none.</summary>
    public static async Task<Failure> FromAsync(Uri server, HttpResponseMessage answer, CancellationToken cancel)
    {
        var exitCode = ExitCodeOf(answer.StatusCode);
        if (await ReadAsync(answer, cancel) is { } said)
        {
            return new Failure(exitCode, new SlipwayError(said.Code ?? said.Id, said.Message)
            {
                Why = said.Why,
                Next = said.Next ?? (exitCode == ExitCode.NotLoggedIn ? LoginAt(server) : null),
                Url = said.Url,
                Step = said.Step,
                Evidence = said.Evidence,
            })
            {
                RequestId = said.RequestId ?? RequestId(answer),
            };
        }
        if (exitCode == ExitCode.Unreachable) return Unavailable(server, answer);
        return new Failure(exitCode, new SlipwayError($"http_{(int)answer.StatusCode}", $"{server} answered {(int)answer.StatusCode} {answer.ReasonPhrase}.")
        {
            Why = "The answer is not one of Slipway's API; something else may answer at this URL.",
            Next = "slipway login --server URL",
        })
        {
            RequestId = RequestId(answer),
        };
    }

    public static Failure Unreachable(Uri server, Exception e) =>
        new(ExitCode.Unreachable, new SlipwayError("unreachable", $"{server} does not answer.")
        {
            Why = e is OperationCanceledException ? "Nothing came back in time." : (e.InnerException ?? e).Message,
            Next = Loopback.IsLocal(server.Host)
                ? "Start Slipway on this machine with bin/up, or name your server: slipway login --server URL"
                : "Check that the server is up, or name another one: slipway login --server URL",
        }, e);

    public static Failure NotUnderstood(Uri server, HttpResponseMessage answer, Exception e) =>
        new(ExitCode.Failure, new SlipwayError("answer_not_understood", $"{server} answered what this slipway {CommandTree.Version} does not understand.")
        {
            Why = e.Message,
            Next = "slipway server info shows the server's version; use the same on both sides.",
        }, e)
        {
            RequestId = RequestId(answer),
        };

    private static Failure Unavailable(Uri server, HttpResponseMessage answer) =>
        new(ExitCode.Unreachable, new SlipwayError(ControlUnavailable, $"{server} is up, but slipwayd behind it does not answer ({(int)answer.StatusCode}).")
        {
            Why = "It is starting, or it is stopped. Apps are served all the while.",
            Next = "Try again in a few seconds; on the server, its log says more.",
        })
        {
            RequestId = RequestId(answer),
        };

    private static string LoginAt(Uri server) => $"slipway login --server {server.GetLeftPart(UriPartial.Authority)}";

    private static string? RequestId(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Request-Id", out var ids) || answer.Headers.TryGetValues("X-Request-Id", out ids) ? ids.First() : null;

    private static async Task<ErrorAnswer?> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        try
        {
            var body = await answer.Content.ReadAsByteArrayAsync(cancel);
            return JsonSerializer.Deserialize(body, ContractsJson.Default.ErrorAnswer) is { Id: not null, Message: not null } said ? said : null;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException)
        {
            return null;
        }
    }
}
