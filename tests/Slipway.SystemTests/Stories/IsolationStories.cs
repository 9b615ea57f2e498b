using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>What code inside an instance can get at: <c>Sites/probe.py</c> tries, and prints what it got.</summary>
public sealed class IsolationStories(Platform platform) : IClassFixture<IsolationStories.Intruder>, IClassFixture<IsolationStories.Victim>
{
    private const string App = "intruder";
    private const string Neighbour = "neighbour";
    private const string Metadata = "169.254.201.254";

    [Fact]
    public async Task Nothing_of_the_host_or_of_a_neighbour_is_within_reach()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var host = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address).Where(a => a.AddressFamily == AddressFamily.InterNetwork).Select(a => a.ToString()).ToList();
        var instances = Directory.GetFiles(Path.Combine(platform.Config.Run, "netns")).Select(path => Path.GetFileName(path)).ToList();

        // A metadata service as clouds have it, so that there is something to be refused.
        await Run.ProgramAsync("ip", ["address", "add", Metadata + "/32", "dev", "lo"]);
        try
        {
            Assert.Contains(instances, address => Reaches(address, 5000));
            Assert.Contains(platform.Config.SubnetPrefix + ".0.1", host);
            Assert.True(Reaches(Metadata, port), "the probe's target is not there");
            var targets = host.Append(Metadata).SelectMany(address => new[] { port, platform.Config.HttpPort, 22, 111 }.Select(p => $"{address}:{p}"))
                .Where(target => !target.StartsWith("127.", StringComparison.Ordinal))
                .Concat(instances.SelectMany(address => new[] { $"{address}:5000" }));
            Assert.Empty(await ProbeAsync(["reach", .. targets]));

            // But for the one door through which apps send errors.
            var door = $"{platform.Config.Gateway}:{platform.Config.ErrorsPort}";
            Assert.Equal(door, Assert.Single(await ProbeAsync("reach", door)).GetString());
        }
        finally
        {
            (await Run.ProgramAsync("ip", ["address", "delete", Metadata + "/32", "dev", "lo"])).MustSucceed();
        }

        var config = platform.Config;
        Assert.Empty(await ProbeAsync("touch", config.RunnerSocket, config.ControlSocket, config.EdgeSocket, config.Home, "/etc/" + config.Name,
            "/usr/lib/" + config.Name, "/var/log/" + config.Name));
        Assert.Empty(await ProbeAsync("secrets"));
        Assert.Empty(await ProbeAsync("escalate"));
        Assert.Empty(await ProbeAsync("cgroups"));
        Assert.Empty(await ProbeAsync("database", Neighbour));
    }

    [Fact]
    public async Task A_fork_bomb_meets_its_limit_and_neighbours_keep_answering()
    {
        var children = await WhileNeighbourAnswersAsync(() => ProbeAsync("forks"));
        Assert.InRange(children.Single().GetInt32(), 10, 300);
    }

    [Fact]
    public async Task Filling_memory_ends_in_its_own_instance_and_neighbours_keep_answering() =>
        await WhileNeighbourAnswersAsync(async () => (await RunProbeAsync("memory")).MustFail(137));

    [Fact]
    public async Task Filling_the_disk_fills_its_own_only_and_neighbours_keep_answering()
    {
        var home = new DriveInfo(platform.Config.Home);
        var free = home.AvailableFreeSpace;
        var written = await WhileNeighbourAnswersAsync(() => ProbeAsync("disk"));
        Assert.InRange(written.Single().GetInt32(), 100, 3 * 1024);
        await Eventually.TrueAsync(() => free - home.AvailableFreeSpace < 512L << 20, TimeSpan.FromSeconds(20), () => "the space did not come back");
    }

    private async Task<T> WhileNeighbourAnswersAsync<T>(Func<Task<T>> attack)
    {
        using var site = platform.Site(Neighbour);
        var attacking = attack();
        var slowest = TimeSpan.Zero;
        var answers = 0;
        while (!attacking.IsCompleted)
        {
            var began = Stopwatch.GetTimestamp();
            Assert.Equal(1, VersionedSite.Of(await site.TextAsync()));
            var took = Stopwatch.GetElapsedTime(began);
            if (took > slowest) slowest = took;
            answers++;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.True(answers > 10 && slowest < TimeSpan.FromSeconds(5), $"{answers} answers of the neighbour, the slowest after {slowest}");
        return await attacking;
    }

    private async Task<IReadOnlyList<JsonElement>> ProbeAsync(params string[] arguments)
    {
        var result = (await RunProbeAsync(arguments)).MustSucceed();
        using var json = JsonDocument.Parse(result.LastLine);
        return [.. json.RootElement.EnumerateArray().Select(element => element.Clone())];
    }

    private Task<RunResult> RunProbeAsync(params string[] arguments) =>
        platform.Cli.RunAsync(["run", "--app", App, "--", "python", "probe.py", .. arguments]);

    private static bool Reaches(string address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Parse(address), port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public sealed class Intruder(Platform platform) : ProbedSite(platform, App);

    public sealed class Victim(Platform platform) : ProbedSite(platform, Neighbour);

    /// <summary>It listens on its address, so that there is something to reach there.</summary>
    public abstract class ProbedSite(Platform platform, string name) : LiveSite(platform, name)
    {
        private readonly string _name = name;

        private protected override void Add(Folder folder)
        {
            folder.Write("Procfile", $"web: gunicorn {_name}.wsgi --bind 0.0.0.0:$PORT\n");
            File.Copy(Path.Combine(Platform.Repository, "tests/Slipway.SystemTests/Sites/probe.py"), Path.Combine(folder.Path, "probe.py"));
        }
    }
}
