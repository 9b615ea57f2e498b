using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Drops;

/// <summary>An app's drop folder over WebDAV, with the admin's token.</summary>
internal sealed class Dav : IDisposable
{
    private readonly HttpClient _http;

    private Dav(HttpClient http, Uri url, string token) => (_http, Url, Token) = (http, url, token);

    public Uri Url { get; }
    public string Token { get; }

    public static async Task<Dav> OpenAsync(Platform platform, string app)
    {
        var (token, port) = (await platform.Cli.TokenAsync(), platform.Config.HttpPort);
        var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + token)));
        return new Dav(http, new Uri($"http://{platform.Config.ControlHost}:{port}/dav/{app}/"), token);
    }

    public async Task PutAsync(string path, string content)
    {
        using var answer = await _http.PutAsync(new Uri(Url, path), new StringContent(content));
        Assert.True(answer.IsSuccessStatusCode, $"PUT {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public async Task<HttpStatusCode> SendAsync(string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Url, path));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }

    /// <returns>Null where there is nothing.</returns>
    public async Task<string?> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(Url, path));
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Says that it will send more than it does, and hangs up.</summary>
    public async Task PutHalfAsync(string path, string content)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Url.Port);
        var head = $"PUT {new Uri(Url, path).AbsolutePath} HTTP/1.1\r\nHost: {Url.Authority}\r\nAuthorization: {_http.DefaultRequestHeaders.Authorization}\r\nContent-Length: {content.Length * 2}\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.UTF8.GetBytes(head + content));
        await Task.Delay(500);
    }

    public void Dispose() => _http.Dispose();
}
