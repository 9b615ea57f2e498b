using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Errors;

/// <summary>Errors as they are sent to a running slipwayd, and as people then see them.</summary>
public sealed class ErrorStories(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Event = """{"level":"error","release":"v1","exception":{"values":[{"type":"ValueError","value":"bad 7","stacktrace":{"frames":[{"filename":"a.py","module":"a","function":"f","lineno":3,"in_app":true}]}}]}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_an_sdk_sends_is_listed_shown_resolved_and_ignored()
    {
        var (app, dsn) = await NewAsync();
        using var door = Door(dsn);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(door, dsn, Envelope(Event), header: Auth(dsn))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(door, dsn, Envelope(Event), query: true)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(door, dsn, Envelope(Event, $$"""{"dsn":"{{dsn}}"}"""))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(door, dsn, Encoding.UTF8.GetBytes(Event), header: Auth(dsn), kind: "store")).Status);
        foreach (var encoding in (string[])["gzip", "deflate", "br"])
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(door, dsn, Pack(Envelope(Event), encoding), header: Auth(dsn), encoding: encoding)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(door, dsn, Encoding.UTF8.GetBytes("{}\n{\"type\":\"session\"}\n{}\n{\"type\":\"of the future\"}\nx\n"), header: Auth(dsn))).Status);

        var error = await UntilAsync(app, list => list.GetArrayLength() == 1 && list[0].GetProperty("count").GetInt64() == 7);
        Assert.Equal(("ValueError: bad 7", "a in f", "open", "sdk", 1), (Text(error, "title"), Text(error, "culprit"), Text(error, "status"), Text(error, "origin"), error.GetProperty("number").GetInt32()));
        var occurrences = await server.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/errors/1/occurrences");
        Assert.Equal(5, occurrences.GetArrayLength());
        Assert.Equal("f", Text(occurrences[0].GetProperty("exceptions")[0].GetProperty("frames")[0], "function"));
        Assert.Equal(7, (await server.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/error-intake")).GetProperty("accepted").GetInt64());

        Assert.Equal("resolved", Text(await server.Slipwayd.Admin.JsonAsync(HttpMethod.Patch, $"/slipway/apps/{app}/errors/1", new { status = "resolved" }), "status"));
        Assert.Equal("ignored", Text(await server.Slipwayd.Admin.JsonAsync(HttpMethod.Patch, $"/slipway/apps/{app}/errors/{error.GetProperty("id").GetGuid()}", new { status = "ignored" }), "status"));
        Assert.Empty((await server.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/errors?status=open")).EnumerateArray());
        await server.Slipwayd.Admin.FailsAsync(HttpMethod.Patch, $"/slipway/apps/{app}/errors/1", new { status = "gone" }, HttpStatusCode.UnprocessableEntity, "invalid_error_status");
        await server.Slipwayd.Admin.FailsAsync(HttpMethod.Patch, $"/slipway/apps/{app}/errors/1", new { }, HttpStatusCode.UnprocessableEntity, "invalid_error_status");
        await server.Slipwayd.Admin.FailsAsync(HttpMethod.Get, $"/slipway/apps/{app}/errors/99", null, HttpStatusCode.NotFound, "not_found");
        Assert.Contains("error.update", (await server.Slipwayd.Admin.GetJsonAsync("/slipway/events")).EnumerateArray().Select(one => Text(one, "action")));
    }

    [Fact]
    public async Task Who_may_not_or_sends_nonsense_is_refused_and_told_why()
    {
        var (app, dsn) = await NewAsync();
        var (_, other) = await NewAsync();
        using var door = Door(dsn);
        Assert.Equal((HttpStatusCode.Unauthorized, "error_key_unknown"), await SendAsync(door, dsn, Envelope(Event)));
        Assert.Equal((HttpStatusCode.Unauthorized, "error_key_unknown"), await SendAsync(door, dsn, Envelope(Event), header: "Sentry sentry_key=abc"));
        Assert.Equal((HttpStatusCode.Unauthorized, "error_key_unknown"), await SendAsync(door, dsn, Envelope(Event), header: Auth(other)));
        Assert.Equal((HttpStatusCode.Unauthorized, "error_key_unknown"), await SendAsync(door, dsn, Envelope(Event, $$"""{"dsn":"{{other}}"}""")));
        Assert.Equal((HttpStatusCode.Unauthorized, "error_key_unknown"), await SendAsync(door, dsn, Encoding.UTF8.GetBytes(Event), kind: "store"));
        Assert.Equal((HttpStatusCode.BadRequest, "error_not_understood"), await SendAsync(door, dsn, "nonsense"u8.ToArray(), header: Auth(dsn)));
        Assert.Equal((HttpStatusCode.BadRequest, "error_not_understood"), await SendAsync(door, dsn, Envelope("[]"), header: Auth(dsn)));
        Assert.Equal((HttpStatusCode.BadRequest, "error_not_understood"), await SendAsync(door, dsn, Envelope(Event), header: Auth(dsn), encoding: "gzip"));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "error_encoding_unknown"), await SendAsync(door, dsn, Envelope(Event), header: Auth(dsn), encoding: "zstd"));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "error_too_large"), await SendAsync(door, dsn, new byte[(1 << 20) + 1], header: Auth(dsn)));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "error_too_large"), await SendAsync(door, dsn, Pack(new byte[9 << 20], "gzip"), header: Auth(dsn), encoding: "gzip"));
        Assert.Empty((await server.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/errors")).EnumerateArray());
    }

    [Fact]
    public async Task Nothing_of_the_api_is_behind_the_door()
    {
        var (_, dsn) = await NewAsync();
        using var door = Door(dsn);
        door.DefaultRequestHeaders.Authorization = new("Bearer", await server.Slipwayd.NewTokenAsync());
        foreach (var path in (string[])["/", "/health", "/apps", "/account", "/slipway/server", "/api/1/envelope/x", "/api//envelope/"])
            Assert.Equal(HttpStatusCode.NotFound, (await door.GetAsync(path, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await door.GetAsync($"/api{dsn.AbsolutePath}/envelope/", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Too_many_are_refused_before_they_are_read_and_sdks_are_told_to_be_quiet()
    {
        var (app, dsn) = await NewAsync();
        using var door = Door(dsn);
        const int large = 960_000; // which costs as much as fifteen small ones
        byte[] body = [.. Envelope(Event), .. Encoding.UTF8.GetBytes($"{{\"type\":\"attachment\",\"length\":{large}}}\n"), .. new byte[large]];
        var refused = 0;
        for (var sent = 0; sent < 300 && refused < 20; sent++)
        {
            using var request = Request(dsn, body, Auth(dsn), false, "envelope", null);
            using var answer = await door.SendAsync(request, Cancel);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests) continue;
            refused++;
            Assert.Equal(("10", "10::key"), (answer.Headers.GetValues("Retry-After").Single(), answer.Headers.GetValues("X-Sentry-Rate-Limits").Single()));
        }

        Assert.Equal(20, refused);
        await UntilAsync(app, list => list.GetArrayLength() == 1 && list[0].GetProperty("count").GetInt64() >= 50);
        var intake = default(JsonElement);
        for (var tries = 0; tries < 300 && (intake.ValueKind == JsonValueKind.Undefined || intake.GetProperty("refused").GetInt64() < 20); tries++)
        {
            await Task.Delay(100, Cancel);
            intake = await server.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/error-intake");
        }

        Assert.InRange(intake.GetProperty("refused").GetInt64(), 20, 30);
    }

    [Fact]
    public async Task Strangers_see_nothing()
    {
        var (app, _) = await NewAsync();
        var member = await server.Slipwayd.NewMemberAsync($"{app}@example.org");
        await member.FailsAsync(HttpMethod.Get, $"/slipway/apps/{app}/errors", null, HttpStatusCode.NotFound, "not_found");
        await server.Slipwayd.Nobody.FailsAsync(HttpMethod.Get, $"/slipway/apps/{app}/errors", null, HttpStatusCode.Unauthorized, "unauthorized");
        await server.Slipwayd.Admin.JsonAsync(HttpMethod.Post, $"/apps/{app}/collaborators", new { user = $"{app}@example.org", permissions = (string[])["view"] });
        Assert.Empty((await member.GetJsonAsync($"/slipway/apps/{app}/errors")).EnumerateArray());
        await member.FailsAsync(HttpMethod.Get, $"/slipway/apps/{app}/error-intake", null, HttpStatusCode.Forbidden, "forbidden");
        await member.FailsAsync(HttpMethod.Patch, $"/slipway/apps/{app}/errors/1", new { status = "resolved" }, HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_traceback_in_the_log_is_an_error_once_also_after_a_crash()
    {
        await using var own = await Slipwayd.StartNewAsync();
        await own.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = "logs" });
        var folder = Directory.CreateDirectory(Path.Combine(own.Config.LogsDirectory, "logs")).FullName;
        var at = DateTimeOffset.UtcNow;
        string[] lines = ["Internal Server Error: /boom/", "Traceback (most recent call last):", "  File \"/app/a.py\", line 3, in f", "    g()", "ValueError: bad"];
        await File.WriteAllLinesAsync(Path.Combine(folder, "web.1.one.log"), lines.Select(line => $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}+00:00 stderr F {line}"), Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "router.log"), $"{at.AddMilliseconds(30).UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}+00:00 stdout F at=info method=GET path=\"/boom/\" host=x request_id=x fwd=\"1\" dyno=web.1 connect=0ms service=1ms status=500 bytes=1 protocol=http\n", Cancel);
        var error = await UntilAsync(own, "logs", list => list.GetArrayLength() > 0);
        Assert.Equal(("ValueError: bad", "log"), (Text(error, "title"), Text(error, "origin")));

        await own.KillAsync();
        await own.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(8), Cancel);
        var after = await own.Admin.GetJsonAsync("/slipway/apps/logs/errors");
        Assert.Equal(1, Assert.Single(after.EnumerateArray()).GetProperty("count").GetInt64());
    }

    private async Task<(string App, Uri Dsn)> NewAsync()
    {
        var app = await server.NewAppAsync();
        await Task.Delay(TimeSpan.FromSeconds(1.1), Cancel); // whom the door does not know, it does not look for again within a second
        return (app, new Uri((await server.Slipwayd.Admin.GetJsonAsync($"/slipway/apps/{app}/error-intake")).GetProperty("dsn").GetString()!));
    }

    private Task<JsonElement> UntilAsync(string app, Func<JsonElement, bool> holds) => UntilAsync(server.Slipwayd, app, holds);

    private static async Task<JsonElement> UntilAsync(Slipwayd server, string app, Func<JsonElement, bool> holds)
    {
        for (var tries = 0; ; tries++)
        {
            var list = await server.Admin.GetJsonAsync($"/slipway/apps/{app}/errors");
            if (holds(list)) return list[0];
            Assert.True(tries < 300, $"{list}\n{server.Log}");
            await Task.Delay(100, Cancel);
        }
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static HttpClient Door(Uri dsn) => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://{dsn.Authority}") };

    private static string Auth(Uri dsn) => $"Sentry sentry_version=7, sentry_client=test/1, sentry_key={dsn.UserInfo}";

    private static byte[] Envelope(string sent, string header = "{}") => Encoding.UTF8.GetBytes($"{header}\n{{\"type\":\"event\",\"length\":{Encoding.UTF8.GetByteCount(sent)}}}\n{sent}\n");

    private static byte[] Pack(byte[] body, string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream pack = encoding switch { "gzip" => new GZipStream(packed, CompressionMode.Compress), "deflate" => new ZLibStream(packed, CompressionMode.Compress), _ => new BrotliStream(packed, CompressionMode.Compress) })
            pack.Write(body);
        return packed.ToArray();
    }

    private static async Task<(HttpStatusCode Status, string? Id)> SendAsync(
        HttpClient door, Uri dsn, byte[] body, string? header = null, bool query = false, string kind = "envelope", string? encoding = null)
    {
        using var request = Request(dsn, body, header, query, kind, encoding);
        using var answer = await door.SendAsync(request, Cancel);
        return (answer.StatusCode, (await answer.ReadAsync()).TryGetProperty("error", out var id) ? id.GetString() : null);
    }

    private static HttpRequestMessage Request(Uri dsn, byte[] body, string? header, bool query, string kind, string? encoding)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api{dsn.AbsolutePath}/{kind}/{(query ? $"?sentry_key={dsn.UserInfo}&sentry_version=7" : "")}") { Content = new ByteArrayContent(body) };
        if (header is not null) request.Headers.TryAddWithoutValidation("X-Sentry-Auth", header);
        if (encoding is not null) request.Content.Headers.ContentEncoding.Add(encoding);
        return request;
    }
}
