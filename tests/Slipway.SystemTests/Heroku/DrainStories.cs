using System.Net;
using System.Net.Sockets;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Heroku;

/// <summary>An app's log sent on to a receiver, with Heroku's client.</summary>
public sealed class DrainStories(Platform platform) : IAsyncLifetime
{
    private const string App = "scupper";

    private readonly Folder _folder = PlainSite.Create(App, "land");

    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync()
    {
        _heroku = await HerokuClient.OfAdminAsync(platform);
        await _heroku.SaidAsync("create", App);
        (await platform.Cli.In(_folder.Path).RunAsync("deploy", "--app", App)).MustSucceed();
    }

    public async ValueTask DisposeAsync()
    {
        (await platform.Cli.RunAsync("server", "unset", "private-sources")).MustSucceed();
        (await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
        _folder.Dispose();
    }

    [Fact]
    [Heroku("drains", "drains:add", "drains:remove")]
    public async Task Every_line_reaches_the_receiver_in_order()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"syslog://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        var refused = await _heroku.RunAsync("drains:add", url, "--app", App);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("is not on the internet", refused.Errors, StringComparison.Ordinal);

        (await platform.Cli.RunAsync("server", "set", "private-sources", "allow")).MustSucceed();
        Assert.Contains($"Successfully added drain {url}", await _heroku.OutputAsync("drains:add", url, "--app", App), StringComparison.Ordinal);
        var listed = await _heroku.OutputAsync("drains", "--app", App);
        Assert.Contains(url, listed, StringComparison.Ordinal);
        var token = listed[(listed.IndexOf("(d.", StringComparison.Ordinal) + 1)..listed.IndexOf(')')];

        using var site = platform.Site(App);
        for (var number = 1; number <= 50; number++) await site.TextAsync($"/number/{number}");
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        for (var number = 1; number <= 50;)
        {
            var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Matches($@"^\d+ <\d+>1 \S+ {token} (app|heroku) \S+ - ", line);
            if (line!.EndsWith($"app web.1 - asked for /number/{number}", StringComparison.Ordinal)) number++;
        }

        Assert.Contains($"Successfully removed drain {url}", await _heroku.OutputAsync("drains:remove", url, "--app", App), StringComparison.Ordinal);
        Assert.DoesNotContain(url, await _heroku.OutputAsync("drains", "--app", App), StringComparison.Ordinal);
    }
}
