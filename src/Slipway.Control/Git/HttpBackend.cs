using System.Diagnostics;
using System.Globalization;
using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Git;
using Slipway.Contracts.Server;
using Slipway.Control.Access;

namespace Slipway.Control.Git;

/// <summary>
/// Answers a request by git's own <c>git http-backend</c> (CGI, RFC 3875). Body and answer stream through; nothing of a
/// pack is kept in memory.
/// </summary>
internal sealed partial class HttpBackend(ServerConfig server, GitProgram git, GitRepositories repositories, ILogger<HttpBackend> logger)
{
    private const int MaxHeaderBytes = 16 * 1024;

    /// <param name="path">Below the repository: <c>/info/refs</c>. One of a few that the caller knows, never the client's text.</param>
    /// <param name="query">The same.</param>
    public async Task AnswerAsync(HttpContext context, Push push, string path, string query)
    {
        var request = context.Request;
        using var process = git.Start(["http-backend"], Variables(context, push, path, query));
        using var stop = push.Gone.Register(() => GitProgram.Stop(process));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var sending = SendAsync(request.Body, process, push.Gone);
        try
        {
            await ReceiveAsync(process.StandardOutput.BaseStream, context.Response, push.Gone);
            await sending;
            await process.WaitForExitAsync(push.Gone);
        }
        finally
        {
            GitProgram.Stop(process);
        }

        if (process.ExitCode == 0) return;
        LogFailure(push.App.Name, process.ExitCode, await errors);
        if (!context.Response.HasStarted) throw GitErrors.Failed("http-backend", await errors);
    }

    private IEnumerable<KeyValuePair<string, string>> Variables(HttpContext context, Push push, string path, string query)
    {
        var request = context.Request;
        yield return new("GATEWAY_INTERFACE", "CGI/1.1");
        yield return new("GIT_PROJECT_ROOT", repositories.Folder);
        yield return new("GIT_HTTP_EXPORT_ALL", "1");
        yield return new("PATH_INFO", $"/{GitRepositories.NameOf(push.App)}{path}");
        yield return new("QUERY_STRING", query);
        yield return new("REQUEST_METHOD", request.Method);
        yield return new("REMOTE_USER", push.Actor.Email);
        yield return new("REMOTE_ADDR", ClientAddress.Of(context));
        yield return new(GitVariables.Push, push.Token);
        yield return new(GitVariables.Socket, server.GitSocket);
        if (request.ContentType is { Length: < 200 } type) yield return new("CONTENT_TYPE", type);
        if (request.ContentLength is { } length) yield return new("CONTENT_LENGTH", length.ToString(CultureInfo.InvariantCulture));
        if (request.Headers.ContentEncoding.ToString() is "gzip" or "x-gzip") yield return new("HTTP_CONTENT_ENCODING", "gzip");
        if (request.Headers["Git-Protocol"].ToString() is { } protocol && GitSession.ProtocolVersion().IsMatch(protocol)) yield return new("GIT_PROTOCOL", protocol);
    }

    private static async Task SendAsync(Stream body, Process process, CancellationToken cancel)
    {
        var input = process.StandardInput.BaseStream;
        try
        {
            await body.CopyToAsync(input, cancel);
        }
        catch (IOException)
        {
            // git has read enough: it says why in its answer.
        }
        finally
        {
            await CloseAsync(process.StandardInput);
        }
    }

    private static async Task CloseAsync(StreamWriter input)
    {
        try
        {
            await input.DisposeAsync();
        }
        catch (IOException)
        {
            // The pipe's other end is closed; so is this one now.
        }
    }

    private static async Task ReceiveAsync(Stream output, HttpResponse response, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        var (filled, body) = (0, -1);
        while (body < 0)
        {
            var got = filled < MaxHeaderBytes ? await output.ReadAsync(buffer.AsMemory(filled, MaxHeaderBytes - filled), cancel) : 0;
            if (got == 0) return; // it failed before it answered: its exit status tells
            filled += got;
            body = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }

        SetHeaders(response, Encoding.ASCII.GetString(buffer, 0, body));
        await response.StartAsync(cancel);
        var (start, end) = (body + 4, filled);
        do
        {
            await response.Body.WriteAsync(buffer.AsMemory(start, end - start), cancel);
            await response.Body.FlushAsync(cancel);
            start = 0;
        }
        while ((end = await output.ReadAsync(buffer, cancel)) > 0);
    }

    private static void SetHeaders(HttpResponse response, string headers)
    {
        foreach (var line in headers.Split("\r\n"))
        {
            if (line.Split(": ", 2) is not [var name, var value]) continue;
            if (name == "Status") response.StatusCode = int.Parse(value.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture);
            else response.Headers[name] = value;
        }
    }

    [LoggerMessage(LogLevel.Warning, "git http-backend for {App} exited with {Status}: {Said}")]
    private partial void LogFailure(string app, int status, string said);
}
