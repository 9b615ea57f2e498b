using System.Net;
using System.Net.Sockets;
using Slipway.Contracts.Names;

namespace Slipway.Control.Instances;

/// <summary>One question to a web instance and its answer, as text for people.</summary>
internal sealed class ProbeExchange(DomainName host, string path, bool https = false)
{
    private const int KeptBytes = 4096;

    /// <summary>The last exchange: request line, status, headers, the beginning of the body. Empty until something was said.</summary>
    public IReadOnlyList<string> Lines { get; private set; } = [];

    /// <summary>The same, for whoever looks for the cause of a failure; null until something was said.</summary>
    public Exchange? Last { get; private set; }

    /// <summary>The answer is Django's, or Starlette's, to a host name that it does not allow.</summary>
    public bool RefusedHost { get; private set; }

    /// <summary>Beginning of the body of the last answer; empty where it was not read.</summary>
    public string Body { get; private set; } = "";

    /// <summary>The body of a good answer is read as well; what streams for ever must not be asked so.</summary>
    public bool ReadsAll { get; init; }

    /// <summary>What the last answer's header of this name says; null where it has none.</summary>
    public string? Header(string name) => Lines.FirstOrDefault(line => line.StartsWith($"< {name}: ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 4)..];

    /// <summary>The answer leads to the same address over https.</summary>
    public bool RedirectsToHttps => Last is { Status: >= 300 and < 400, Location: { } to }
        && Uri.TryCreate(to, UriKind.Absolute, out var there) && there.Scheme == Uri.UriSchemeHttps && there.Host == host.Value.TrimStart('*', '.') && there.PathAndQuery == path;

    /// <returns>Status; null when the connection was lost before there was an answer.</returns>
    public async Task<int?> AskAsync(EndPoint endPoint, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = async (_, token) => new NetworkStream(await ConnectAsync(endPoint, token), ownsSocket: true),
        };
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host.Value.TrimStart('*', '.')}{path}");
        request.Headers.Add("X-Forwarded-Proto", https ? "https" : "http");
        request.Headers.Add("X-Forwarded-For", "127.0.0.1");
        request.Headers.Add("User-Agent", "Slipway-Probe");
        request.Headers.Add("Accept", "*/*");
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            var status = (int)answer.StatusCode;
            var body = Body = status >= 400 || ReadsAll ? await BeginningAsync(answer, cancel) : "";
            Lines =
            [
                $"> GET {path} HTTP/1.1 (Host: {request.RequestUri!.Host})",
                $"< {status} {answer.ReasonPhrase}",
                .. answer.Headers.Concat(answer.Content.Headers).Select(header => $"< {header.Key}: {string.Join(", ", header.Value)}").Take(15),
                .. (status >= 400 ? body : "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(20),
            ];
            Last = new Exchange(status, answer.Headers.Location?.OriginalString, Lines);
            RefusedHost = status == 400
                && (body.Contains("DisallowedHost") || body.Contains("Invalid HTTP_HOST header") || body.Contains("Invalid host header") || body.Contains("<h1>Bad Request (400)</h1>"));
            return status;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            Lines = [$"> GET {path} HTTP/1.1 (Host: {request.RequestUri!.Host})", $"! {e.Message}"];
            Last = new Exchange(null, null, Lines);
            return null;
        }
    }

    private static async Task<Socket> ConnectAsync(EndPoint endPoint, CancellationToken cancel)
    {
        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[KeptBytes];
        return System.Text.Encoding.UTF8.GetString(buffer, 0, await body.ReadAtLeastAsync(buffer, KeptBytes, throwOnEndOfStream: false, cancel));
    }
}
