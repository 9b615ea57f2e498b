using System.Net;
using System.Text;
using System.Text.Json;

namespace Slipway.Control.Tests.Server;

internal static class Http
{
    public static async Task<HttpResponseMessage> CallAsync(this HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        return await client.SendAsync(request);
    }

    /// <summary>The answer's JSON; the call must succeed.</summary>
    public static async Task<JsonElement> JsonAsync(this HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var answer = await client.CallAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The answer's JSON, whatever its status.</summary>
    public static async Task<JsonElement> ReadAsync(this HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    public static Task<JsonElement> GetJsonAsync(this HttpClient client, string path) => client.JsonAsync(HttpMethod.Get, path);

    /// <summary>The call must fail with this status and error id; every error has a message and the request's id.</summary>
    public static async Task<JsonElement> FailsAsync(
        this HttpClient client, HttpMethod method, string path, object? body, HttpStatusCode status, string id)
    {
        using var answer = await client.CallAsync(method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{method} {path}: {(int)answer.StatusCode} {text}");
        var error = JsonDocument.Parse(text).RootElement;
        Assert.Equal(id, error.GetProperty("id").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Equal(answer.Headers.GetValues("Request-Id").Single(), error.GetProperty("request_id").GetString());
        return error;
    }
}
