using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Contracts;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Api;

/// <summary>The public API, as any client may use it. Every failure leaves here as a <see cref="Failure"/>.</summary>
internal sealed class ApiClient : IDisposable
{
    private const string DeployHeader = "Slipway-Deploy";

    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;

    public ApiClient(Uri server, string? token)
    {
        Server = server;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = Loopback.ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            UseCookies = false,
            AllowAutoRedirect = false,
        };
        _http = new HttpClient(handler, disposeHandler: true) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.heroku+json; version=3");
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("slipway/" + CommandTree.Version);
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Uri Server { get; }

    public Task<Answer<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        AskAsync(new HttpRequestMessage(HttpMethod.Get, path), type, cancel);

    public Task<Answer<T>> SendAsync<TBody, T>(HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken cancel) =>
        AskAsync(new HttpRequestMessage(method, path) { Content = Json(body, bodyType) }, type, cancel);

    public Task<Answer<T>> SendAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancel) =>
        AskAsync(new HttpRequestMessage(method, path) { Content = body }, type, cancel);

    /// <summary>For answers that nobody reads.</summary>
    public Task SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancel) =>
        SendAsync(method, new Uri(path, UriKind.Relative), body, cancel);

    /// <param name="uri">Below the server, or a whole URL that the server handed out.</param>
    public async Task SendAsync(HttpMethod method, Uri uri, HttpContent? body, CancellationToken cancel)
    {
        using var answer = await OpenAsync(new HttpRequestMessage(method, uri) { Content = body }, cancel);
    }

    /// <summary>All pages of a list: the server says in <c>Next-Range</c> where the next one begins, as Heroku's does.</summary>
    public async Task<Answer<IReadOnlyList<T>>> ListAsync<T>(string path, JsonTypeInfo<IReadOnlyList<T>> type, CancellationToken cancel)
    {
        var all = new List<T>();
        var json = new List<JsonElement>();
        var range = "; max=1000";
        do
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Range", range);
            using var answer = await OpenAsync(request, cancel);
            var bytes = await ReadAsync(answer, cancel);
            all.AddRange(Parse(bytes, type, answer));
            json.AddRange(Parse(bytes, ContractsJson.Default.JsonElement, answer).EnumerateArray());
            range = answer.StatusCode == HttpStatusCode.PartialContent && answer.Headers.TryGetValues("Next-Range", out var next) ? next.First() : "";
        }
        while (range.Length > 0);
        return new Answer<IReadOnlyList<T>>(all, JsonArray(json), null);
    }

    /// <summary>An answer whose body is read as it comes.</summary>
    /// <param name="uri">Below the server, or a whole URL that the server handed out.</param>
    public Task<HttpResponseMessage> OpenAsync(Uri uri, CancellationToken cancel) => OpenAsync(new HttpRequestMessage(HttpMethod.Get, uri), cancel);

    /// <summary>A WebSocket, opened by hand (RFC 6455, 4.1): ClientWebSocket would swallow what the server says when it refuses.</summary>
    public async Task<WebSocket> AttachAsync(Uri uri, CancellationToken cancel)
    {
        var absolute = new Uri(Server, uri);
        var scheme = absolute.Scheme switch { "ws" => "http", "wss" => "https", var other => other };
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(absolute) { Scheme = scheme }.Uri);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", key);
        var answer = await OpenOnceAsync(request, cancel);
        if (answer.StatusCode != HttpStatusCode.SwitchingProtocols || !answer.Headers.TryGetValues("Sec-WebSocket-Accept", out var accept) || accept.First() != Accept(key))
        {
            using (answer) throw ApiFailure.NotUnderstood(Server, answer, new WebSocketException("It did not open a WebSocket."));
        }
        return WebSocket.CreateFromStream(await answer.Content.ReadAsStreamAsync(cancel), new WebSocketCreationOptions { KeepAliveInterval = TimeSpan.FromSeconds(20) });
    }

    private static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));

    /// <summary>What only reads is tried again while slipwayd restarts behind the edge; what changes something is not.</summary>
    /// <exception cref="Failure">Also for every status that is not a success.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await OpenOnceAsync(request, cancel);
            }
            catch (Failure failure) when (failure.Error.Id == ApiFailure.ControlUnavailable && request.Method == HttpMethod.Get
                && TimeProvider.System.GetElapsedTime(started) < RestartPatience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), cancel);
                request = Again(request);
            }
        }
    }

    /// <summary>A message is sent once; this is the same one to send again.</summary>
    private static HttpRequestMessage Again(HttpRequestMessage sent)
    {
        var again = new HttpRequestMessage(sent.Method, sent.RequestUri);
        if (sent.Headers.TryGetValues("Range", out var range)) again.Headers.TryAddWithoutValidation("Range", range);
        return again;
    }

    private async Task<HttpResponseMessage> OpenOnceAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        HttpResponseMessage answer;
        // A change may take as long as it takes (an upload, a restart); an answer to a question begins soon or not at all.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (request.Method == HttpMethod.Get) patience.CancelAfter(AnswerPatience);
        try
        {
            answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (HttpRequestException e)
        {
            if ((request.Content as Sources.SourceArchive)?.Failure is { } own) throw own;
            throw ApiFailure.Unreachable(Server, e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw ApiFailure.Unreachable(Server, e); // AnswerPatience, or the handler's ConnectTimeout
        }
        if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.SwitchingProtocols) return answer;
        using (answer) throw await ApiFailure.FromAsync(Server, answer, cancel);
    }

    public static HttpContent Json<T>(T body, JsonTypeInfo<T> type) =>
        new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    public void Dispose() => _http.Dispose();

    private async Task<Answer<T>> AskAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using var answer = await OpenAsync(request, cancel);
        var json = await ReadAsync(answer, cancel);
        var deploy = answer.Headers.TryGetValues(DeployHeader, out var ids) && Guid.TryParse(ids.First(), out var id) ? id : (Guid?)null;
        return new Answer<T>(Parse(json, type, answer), json, deploy);
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        try
        {
            return await answer.Content.ReadAsByteArrayAsync(cancel);
        }
        catch (HttpRequestException e)
        {
            throw ApiFailure.Unreachable(Server, e);
        }
    }

    private T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, HttpResponseMessage answer)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it holds only 'null'");
        }
        catch (Exception e) when (e is JsonException or SlipwayException)
        {
            throw ApiFailure.NotUnderstood(Server, answer, e);
        }
    }

    private static ReadOnlyMemory<byte> JsonArray(List<JsonElement> elements)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var element in elements) element.WriteTo(writer);
            writer.WriteEndArray();
        }
        return buffer.WrittenMemory;
    }
}
