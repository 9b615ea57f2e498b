using System.Net.Http.Headers;
using System.Text.Json;
using Slipway.Contracts.Errors;
using Slipway.Control.Remotes;

namespace Slipway.Control.AppWebhooks;

/// <summary>What a receiver said.</summary>
/// <param name="Code">Its status; null when there was no answer.</param>
/// <param name="Error">Why there was none: a stable code.</param>
internal sealed record WebhookAnswer(int? Code, string? Error)
{
    public bool IsTaken => Code is >= 200 and < 300;
}

/// <summary>Posts JSON to addresses that people named: whether one may be sent to is looked at anew each time, and no answer is waited for long.</summary>
internal sealed class WebhookPost(Outbound outbound) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = outbound.OpenHttp(redirects: false);

    public void Dispose() => _http.Dispose();

    /// <param name="sign">Adds the headers by which the receiver knows whose it is.</param>
    public async Task<WebhookAnswer> SendAsync(string address, byte[] body, Action<HttpRequestHeaders> sign, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            // What an admin allowed when it was made may be forbidden now.
            var url = await WebhookUrl.CheckAsync(address, outbound, patience.Token);
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            sign(request.Headers);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return new WebhookAnswer((int)response.StatusCode, null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new WebhookAnswer(null, "timeout");
        }
        catch (SlipwayException e)
        {
            return new WebhookAnswer(null, e.Error.Id);
        }
        catch (HttpRequestException e)
        {
            return new WebhookAnswer(null, e.InnerException is SlipwayException inner ? inner.Error.Id : JsonNamingPolicy.SnakeCaseLower.ConvertName(e.HttpRequestError.ToString()));
        }
    }
}
