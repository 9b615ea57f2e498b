using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Apps of more than one process: a queue with its worker and its clock, and a chat whose instances hear each other.</summary>
public sealed class WorkerStories(Platform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_finishes_what_it_began_over_a_release_and_beat_ticks()
    {
        const string app = "mill-story";
        using var folder = await Folder.CopyOfSampleAsync("django-celery");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", app)).MustSucceed();
        (await cli.RunAsync("addons", "create", "redis", "--app", app)).MustSucceed();
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();

        // Ordered while no worker runs, and while the queue's server is killed: it waits on the disk.
        await OrderAsync(site, 1001, seconds: 0);
        Daemons.KillHard(Assert.Single(Daemons.InstancesOn(platform, await AddonServer.OfAsync(platform, app, "redis"))));
        (await cli.RunAsync("scale", "--app", app, "worker=1", "beat=1")).MustSucceed();
        await FactorsAsync(site, 1001, "7 11 13");
        await StateAsync(site, state => state.GetProperty("ticks").GetInt32() >= 2, "beat sends no tick");

        // A release in the middle of a task: the old worker ends it, then the new one starts.
        await OrderAsync(site, 221, seconds: 8);
        folder.Replace("mill/templates/mill/home.html", "<h1>", "<h1>New: ");
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Contains("<h1>New: ", await site.TextAsync(), StringComparison.Ordinal);
        await FactorsAsync(site, 221, "13 17");
        await OrderAsync(site, 35, seconds: 0);
        await FactorsAsync(site, 35, "5 7");

        (await cli.RunAsync("cron", "run", "sweep", "--app", app)).MustSucceed();
        await StateAsync(site, state => state.GetProperty("cleanings").GetInt32() >= 1, "cron's command left nothing");
        Assert.Contains("ticks removed", (await cli.RunAsync("logs", "--app", app, "-n", "500")).MustSucceed().Output, StringComparison.Ordinal);
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        await Leftovers.NoneOfAsync(platform, app);
    }

    [Fact]
    public async Task What_is_said_in_one_instance_is_heard_in_the_other()
    {
        const string app = "chat-story";
        using var folder = await Folder.CopyOfSampleAsync("django-chat");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", app)).MustSucceed();
        (await cli.RunAsync("addons", "create", "redis:cache", "--app", app)).MustSucceed();
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        (await cli.RunAsync("scale", "--app", app, "web=2")).MustSucceed();

        var (ada, adas) = await EnterAsync(site, "quay");
        using (ada)
        {
            ClientWebSocket? bob = null;
            await Eventually.TrueAsync(async () =>
            {
                bob?.Dispose();
                (bob, var bobs) = await EnterAsync(site, "quay");
                return bobs != adas;
            }, Patience, () => $"everybody comes to {adas}");
            var (other, _) = await EnterAsync(site, "pier");
            await SayAsync(ada, "low tide at six");
            Assert.Equal("low tide at six", await HearAsync(bob!));
            Assert.Equal("low tide at six", await HearAsync(ada));
            await SayAsync(bob!, "aye");
            Assert.Equal("aye", await HearAsync(ada));

            // In another room nothing was heard of it.
            await SayAsync(other, "anybody?");
            Assert.Equal("anybody?", await HearAsync(other));
            other.Dispose();
            bob!.Dispose();
        }

        var stranger = await Assert.ThrowsAsync<WebSocketException>(() => EnterAsync(site, "quay", "http://elsewhere.example"));
        Assert.Contains("403", stranger.Message, StringComparison.Ordinal);
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Fact]
    public async Task A_detached_run_outlives_its_terminal_and_slipwayd()
    {
        const string app = "detached-story";
        using var folder = PlainSite.Create(app, "up");
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        const string work = "import time; print('work begins', flush=True); time.sleep(6); print('work', 'done', flush=True)";
        var started = (await cli.RunAsync("run", "--detach", "--app", app, "--", "python", "-c", work)).MustSucceed();
        Assert.True(started.Took < TimeSpan.FromSeconds(5), $"{started}");
        await LoggedAsync("work begins");
        foreach (var pid in Daemons.Control(platform)) Daemons.KillHard(pid);
        await LoggedAsync("work done");
        await Eventually.TrueAsync(async () => !(await cli.RunAsync("ps", "--app", app)).Output.Contains("run.", StringComparison.Ordinal), Patience, () => "the run is still listed");

        // And it is ended by its name.
        var endless = (await cli.RunAsync("run", "--detach", "--app", app, "--", "sleep", "600")).MustSucceed();
        var name = System.Text.RegularExpressions.Regex.Match(endless.ToString(), @"run\.\d+").Value;
        (await cli.RunAsync("stop", name, "--app", app)).MustSucceed();
        await Eventually.TrueAsync(async () => !(await cli.RunAsync("ps", "--app", app)).Output.Contains(name, StringComparison.Ordinal), Patience, () => name + " is still listed");
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();

        Task LoggedAsync(string line) => Eventually.TrueAsync(async () => (await cli.RunAsync("logs", "--app", app, "-n", "200")).Output.Contains(line, StringComparison.Ordinal), Patience, () => $"not logged: {line}");
    }

    private static async Task OrderAsync(Site site, long number, int seconds)
    {
        using var ordered = await site.SendFormAsync("/", ("number", $"{number}"), ("seconds", $"{seconds}"));
        Assert.Equal(HttpStatusCode.Found, ordered.StatusCode);
    }

    private static Task FactorsAsync(Site site, long number, string factors) =>
        StateAsync(site, state => state.GetProperty("orders").GetProperty($"{number}").GetString() == factors, $"{number} is not taken apart");

    private static async Task StateAsync(Site site, Func<JsonElement, bool> wanted, string otherwise)
    {
        var last = "";
        await Eventually.TrueAsync(async () =>
        {
            using var state = JsonDocument.Parse(last = await site.TextAsync("/state.json"));
            return wanted(state.RootElement);
        }, Patience, () => $"{otherwise}: {last}");
    }

    /// <returns>The connection, and the instance that it came to.</returns>
    private static async Task<(ClientWebSocket, string)> EnterAsync(Site site, string room, string? origin = null)
    {
        var socket = new ClientWebSocket();
        using var handler = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await connection.ConnectAsync(IPAddress.Loopback, site.Url.Port, cancel);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        socket.Options.SetRequestHeader("Origin", origin ?? site.Url.GetLeftPart(UriPartial.Authority));
        await socket.ConnectAsync(new UriBuilder(site.Url) { Scheme = "ws", Path = $"/ws/{room}/" }.Uri, handler, Cancel);
        using var hello = JsonDocument.Parse(await ReceiveAsync(socket));
        Assert.Equal(room, hello.RootElement.GetProperty("hello").GetString());
        return (socket, hello.RootElement.GetProperty("instance").GetString()!);
    }

    private static Task SayAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"text": "{{text}}"}"""), WebSocketMessageType.Text, endOfMessage: true, Cancel);

    private static async Task<string?> HearAsync(ClientWebSocket socket)
    {
        using var said = JsonDocument.Parse(await ReceiveAsync(socket));
        return said.RootElement.GetProperty("text").GetString();
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
