using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using Slipway.Control.Logs;
using Slipway.Control.Remotes;

namespace Slipway.Control.Drains;

/// <summary>A receiver that takes batches over HTTPS, with the headers of Logplex.</summary>
internal sealed class HttpSink(DrainUrl to, string token, Outbound outbound) : IDrainSink
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = outbound.OpenHttp();

    public async Task SendAsync(IReadOnlyList<SourcedLine> lines, CancellationToken cancel)
    {
        var body = new ArrayBufferWriter<byte>();
        foreach (var line in lines) DrainFrame.Write(line, "host", body);
        using var request = new HttpRequestMessage(HttpMethod.Post, to.Url) { Content = new ReadOnlyMemoryContent(body.WrittenMemory) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/logplex-1");
        request.Headers.Add("Logplex-Msg-Count", lines.Count.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Logplex-Frame-Id", Guid.NewGuid().ToString("N"));
        request.Headers.Add("Logplex-Drain-Token", token);
        if (to.Url.UserInfo.Length > 0)
        {
            var user = Uri.UnescapeDataString(to.Url.UserInfo);
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(user)));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        answer.EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
