using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.Tests;

/// <summary>What came to a <see cref="WebhookReceiver"/>.</summary>
internal sealed record Delivered(string Path, string Body, string? Signature, string? Authorization)
{
    /// <summary>Of an alert, which is signed otherwise than Heroku's webhooks.</summary>
    public string? AlertSignature { get; init; }

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary><c>api:domain create</c></summary>
    public string What => $"{Json.GetProperty("webhook_metadata").GetProperty("event").GetProperty("include").GetString()} {Json.GetProperty("action").GetString()}";

    public bool IsSignedWith(string secret) => Signature == Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Body)));
}

/// <summary>A web server that webhooks are sent to; of both test projects.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<Delivered> _came = new();

    public WebhookReceiver()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Url { get; }

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>It answers after this.</summary>
    public Task Until { get; set; } = Task.CompletedTask;

    /// <summary>Where it sends on to, if anywhere.</summary>
    public string? Location { get; set; }

    public IReadOnlyList<Delivered> Came => [.. _came];

    /// <summary>Waits for a delivery of this; what came before counts.</summary>
    public async Task<Delivered> ExpectAsync(string what, Func<JsonElement, bool>? wanted = null)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (Came.FirstOrDefault(one => one.What == what && wanted?.Invoke(one.Json) is not false) is { } found) return found;
            await Task.Delay(50);
        }

        throw new TimeoutException($"'{what}' did not come; these did: {string.Join(", ", Came.Select(one => one.What))}");
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                var body = await reader.ReadToEndAsync();
                _came.Enqueue(new Delivered(context.Request.Url!.AbsolutePath, body, context.Request.Headers["Heroku-Webhook-Hmac-SHA256"], context.Request.Headers["Authorization"]) { AlertSignature = context.Request.Headers["Slipway-Signature"] });
                await Until;
                context.Response.StatusCode = Status;
                if (Location is not null) context.Response.RedirectLocation = Location;
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // It was closed, or the sender hung up.
            }
        }
    }
}
