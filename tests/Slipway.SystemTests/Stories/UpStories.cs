using System.Net.Sockets;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

public sealed class UpStories(Platform platform)
{
    [Fact]
    public async Task Up_again_is_quick_and_changes_nothing()
    {
        IReadOnlyList<int>[] Pids() => [Daemons.Runner(platform), Daemons.Control(platform), Daemons.Edge(platform)];
        var before = Pids();
        var up = await platform.UpAsync();
        Assert.Equal(before, Pids());
        Assert.True(up.Took < TimeSpan.FromSeconds(5), $"{up}");
    }

    [Fact]
    public async Task Down_stops_everything_and_up_brings_every_app_back_with_its_data()
    {
        const string app = "tide-story";
        using var folder = await VersionedSite.CreateAsync("tide");
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        (await cli.RunAsync(["db", "shell", "--app", app], "CREATE TABLE marks (height INT); INSERT INTO marks VALUES (42);\n")).MustSucceed();

        (await Platform.DownAsync()).MustSucceed();
        IReadOnlyList<int> left = [.. Daemons.Control(platform), .. Daemons.Runner(platform), .. Daemons.Edge(platform), .. Daemons.Monitors(platform)];
        Assert.Empty(left);
        Assert.Equal("", Inventory.Of(platform).Held);
        Assert.False(Directory.Exists(platform.Config.Run));
        using (var socket = new TcpClient()) await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync("127.0.0.1", platform.Config.HttpPort));

        await platform.UpAsync();
        using var site = platform.Site(app);
        await site.UntilAsync((_, text) => VersionedSite.Of(text) == 1, TimeSpan.FromSeconds(60));
        Assert.Contains("42", (await cli.RunAsync(["db", "shell", "--app", app], "SELECT height FROM marks;\n")).MustSucceed().Output, StringComparison.Ordinal);
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }
}
