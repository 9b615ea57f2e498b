using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Slipway.SystemTests.Server;

/// <summary>An app as a visitor meets it: through the edge, by its host name, with cookies.</summary>
internal sealed class Site(string host, int port) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri($"http://{host}:{port}"),
        Timeout = TimeSpan.FromSeconds(60), // longer than the edge waits for an app
    };

    public Uri Url => _http.BaseAddress!;

    public Task<HttpResponseMessage> GetAsync(string path = "/") => _http.GetAsync(path, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request, TestContext.Current.CancellationToken);

    /// <summary>Done when the headers are there; the body is read by the caller.</summary>
    public Task<HttpResponseMessage> StreamAsync(HttpRequestMessage request) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public async Task<string> TextAsync(string path = "/")
    {
        using var response = await GetAsync(path);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{Url}{path} answered {(int)response.StatusCode}: {text}");
        return text;
    }

    public Task<HttpResponseMessage> PostAsync(string path, byte[] body) => _http.PostAsync(path, new ByteArrayContent(body), TestContext.Current.CancellationToken);

    /// <summary>Sends a Django form: fetches its page for the CSRF token, then posts.</summary>
    public async Task<HttpResponseMessage> SendFormAsync(string path, params (string Name, string Value)[] fields) =>
        await SendFormAsync(path, new FormUrlEncodedContent([.. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), await TokenAsync(path)]));

    /// <summary>The same with a file.</summary>
    public async Task<HttpResponseMessage> UploadAsync(string path, string field, string fileName, byte[] file, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent(file), field, fileName } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        var (tokenName, token) = await TokenAsync(path);
        form.Add(new StringContent(token), tokenName);
        return await SendFormAsync(path, form);
    }

    private async Task<KeyValuePair<string, string>> TokenAsync(string path) => new("csrfmiddlewaretoken", FormToken.In(await TextAsync(path)));

    private async Task<HttpResponseMessage> SendFormAsync(string path, HttpContent form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = form };
        request.Headers.Referrer = new Uri(Url, path);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Asks until the answer is as wanted.</summary>
    public async Task<string> UntilAsync(Func<HttpStatusCode, string, bool> wanted, TimeSpan patience, string path = "/")
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            string last;
            try
            {
                using var response = await GetAsync(path);
                last = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                if (wanted(response.StatusCode, last)) return last;
                last = $"{(int)response.StatusCode} {last}";
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < patience, $"{Url}{path} did not answer as wanted within {patience}; last: {last}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();
}
