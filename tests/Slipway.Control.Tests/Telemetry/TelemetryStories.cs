using System.Diagnostics;
using System.Net;
using Slipway.Control.Tests.Server;
using Slipway.Control.Tests.Sources;
using Slipway.Tests;

namespace Slipway.Control.Tests.Telemetry;

/// <summary>Where traces go is a setting that holds at once; a deploy on a server on which nothing can be built is a short trace, and a failed one.</summary>
public sealed class TelemetryStories
{
    private const string Path = "/slipway/server/telemetry";

    [Fact]
    public async Task A_deploy_is_one_trace_and_its_failure_is_in_it()
    {
        using var receiver = new OtlpReceiver();
        await using var server = await Slipwayd.StartNewAsync();
        var set = await server.Admin.JsonAsync(HttpMethod.Put, Path, new { endpoint = receiver.Endpoint, headers = new Dictionary<string, string> { ["api-key"] = "k,=1 2" } });
        Assert.Equal(("setting", "api-key"), (set.GetProperty("origin").GetString(), set.GetProperty("headers")[0].GetString()));
        Assert.DoesNotContain("k,=1 2", set.GetRawText(), StringComparison.Ordinal);
        await DeployAsync(server, "shop");
        await UntilAsync(() => receiver.Trouble is not null || receiver.Spans.Any(span => span.Name == "deploy"), server);
        Assert.Null(receiver.Trouble);

        var spans = receiver.Spans.ToList();
        var root = Assert.Single(spans, span => span.Parent is null);
        Assert.Equal(("deploy", "shop", "source", "failed"), (root.Name, root.Attributes["slipway.app"], root.Attributes["slipway.deploy.kind"], root.Attributes["slipway.deploy.result"]));
        Assert.Equal("nothing_runs", root.Attributes["error.type"]);
        Assert.NotNull(root.Error);
        Assert.All(spans, span => Assert.Equal(root.Trace, span.Trace));
        Assert.Equal(["receive", "preflight"], spans.Where(span => span.Parent == root.Id).OrderBy(span => span.Start).Select(span => span.Name).Take(2));
        Assert.All(spans, span => Assert.True(span.Start >= root.Start && span.End <= root.End && span.Start <= span.End));
        Assert.Contains(spans, span => span.Name.StartsWith("runner ", StringComparison.Ordinal) && span.Parent != root.Id);
        Assert.Equal(("/v1/traces", "k,=1 2"), receiver.Requests.First());
        Assert.Equal("slipwayd", receiver.Resource["service.name"]);
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, (await server.Admin.GetJsonAsync(Path)).GetProperty("last_sent_at").ValueKind);

        // It holds after a crash, and until it is unset.
        await server.KillAsync();
        await server.StartAsync();
        Assert.Equal(receiver.Endpoint, (await server.Admin.GetJsonAsync(Path)).GetProperty("endpoint").GetString());
        Assert.Equal("none", (await server.Admin.JsonAsync(HttpMethod.Delete, Path)).GetProperty("origin").GetString());
        Assert.DoesNotContain("k,=1 2", await File.ReadAllTextAsync(System.IO.Path.Combine(server.Config.ControlDirectory, "slipway.db"), System.Text.Encoding.Latin1, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var events = await server.Admin.GetStringAsync("/slipway/events", TestContext.Current.CancellationToken);
        Assert.Contains($"{receiver.Endpoint}, with api-key", events, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_is_away_is_waited_for_by_nobody()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await server.Admin.JsonAsync(HttpMethod.Put, Path, new { endpoint = "http://127.0.0.1:9" });
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 3; i++) await DeployAsync(server, $"shop-{i}");
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 60);
        await UntilAsync(async () => (await server.Admin.GetJsonAsync(Path)).GetProperty("last_error").GetString() is not null, server);
        began = Stopwatch.GetTimestamp();
        await server.Admin.JsonAsync(HttpMethod.Delete, Path);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 5);
    }

    [Fact]
    public async Task While_it_is_off_nothing_of_the_exporter_is_loaded()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await DeployAsync(server, "shop");
        Assert.DoesNotContain("OpenTelemetry", await server.MapsAsync(), StringComparison.Ordinal);
        using var receiver = new OtlpReceiver();
        await server.Admin.JsonAsync(HttpMethod.Put, Path, new { endpoint = receiver.Endpoint });
        Assert.Contains("OpenTelemetry", await server.MapsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_address_or_header_is_refused()
    {
        await using var server = await Slipwayd.StartNewAsync();
        foreach (var body in (object[])[
                     new { }, new { endpoint = "collector:4318" }, new { endpoint = "ftp://127.0.0.1" }, new { endpoint = "http://me:secret@127.0.0.1" }, new { endpoint = "http://127.0.0.1/?key=1" },
                     new { endpoint = "http://127.0.0.1", headers = new Dictionary<string, string> { ["a b"] = "c" } }, new { endpoint = "http://127.0.0.1", headers = new Dictionary<string, string> { ["a"] = "b\r\nc" } }])
            await server.Admin.FailsAsync(HttpMethod.Put, Path, body, HttpStatusCode.UnprocessableEntity, "invalid_telemetry");
        Assert.Equal("none", (await server.Admin.GetJsonAsync(Path)).GetProperty("origin").GetString());
    }

    private static async Task DeployAsync(Slipwayd server, string app)
    {
        await server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = app });
        var source = await server.Admin.JsonAsync(HttpMethod.Post, "/sources");
        using var files = new Archive();
        using var archive = new StreamContent(files.File("Procfile", "web: python server.py\n").File("server.py", "print()\n").Gzip());
        using var put = await server.Nobody.PutAsync(new Uri(source.GetProperty("source_blob").GetProperty("put_url").GetString()!), archive, TestContext.Current.CancellationToken);
        Assert.True(put.IsSuccessStatusCode);
        var build = await server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{app}/builds", new { source_blob = new { url = source.GetProperty("source_blob").GetProperty("get_url").GetString() } });
        await UntilAsync(async () => (await server.Admin.GetJsonAsync($"/apps/{app}/builds/{build.GetProperty("id").GetString()}")).GetProperty("status").GetString() == "failed", server);
    }

    private static Task UntilAsync(Func<bool> holds, Slipwayd server) => UntilAsync(() => Task.FromResult(holds()), server);

    private static async Task UntilAsync(Func<Task<bool>> holds, Slipwayd server)
    {
        for (var tries = 0; !await holds(); tries++)
        {
            Assert.True(tries < 300, server.Log);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
