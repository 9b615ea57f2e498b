using System.Net;
using System.Net.Sockets;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Xunit;

namespace Slipway.Runner.Tests;

/// <summary>What code inside an instance tries, and does not get.</summary>
[Collection(LiveRunnerCollection.Name)]
[Trait("needs", "root")]
public sealed class IsolationTests(LiveRunner runner)
{
    [Fact]
    public async Task The_host_reaches_an_instance_but_not_the_other_way_round()
    {
        using var host = new TcpListener(IPAddress.Any, 0);
        host.Start();
        var port = ((IPEndPoint)host.LocalEndpoint).Port;
        var server = Networked("nc", "-ll", "-p", "5000", "-e", "/bin/echo", "hello");
        var status = await runner.StartAsync(server);
        Assert.Equal("hello", await AskAsync(status.Address!, 5000));

        var gateway = runner.Config.SubnetPrefix + ".0.1";
        foreach (var address in OwnAddresses().Append(gateway))
            Assert.NotEqual(0, (await runner.RunAsync(Networked("nc", "-w", "1", address, $"{port}"))).Exit.Code);
        Assert.False(host.Pending());
        await runner.StopAndRemoveAsync(server.Id);
    }

    [Fact]
    public async Task Instances_reach_neither_each_other_nor_link_local_addresses()
    {
        var server = Networked("nc", "-ll", "-p", "5000", "-e", "/bin/echo", "hello");
        var status = await runner.StartAsync(server);
        var other = await runner.RunAsync(Networked("sh", "-c", $"nc -w 1 {status.Address} 5000; echo $?; nc -w 1 169.254.169.254 80; echo $?"));
        Assert.Equal("1\n1\n", other.Output);
        await runner.StopAndRemoveAsync(server.Id);
    }

    [Fact]
    public async Task An_add_on_is_reached_only_by_those_linked_to_it_and_reaches_nobody()
    {
        var addon = Networked("nc", "-ll", "-p", "5432", "-e", "/bin/echo", "database") with { Kind = InstanceKind.Addon, AddonAddress = 7, Name = "postgres.1" };
        var status = await runner.StartAsync(addon);
        Assert.Equal(runner.Config.SubnetPrefix + ".255.7", status.Address);
        Assert.Equal("address_taken", (await Assert.ThrowsAsync<SlipwayException>(() =>
            runner.StartAsync(Networked("true") with { Kind = InstanceKind.Addon, AddonAddress = 7, Name = "postgres.2" }))).Error.Id);

        var ask = $"nc -w 1 {status.Address} 5432 || echo refused";
        Assert.Equal("refused\n", (await runner.RunAsync(Networked("sh", "-c", ask))).Output);
        var linked = Networked("sh", "-c", "nc -w 1 db 5432; sleep 100") with { Links = new Dictionary<string, int> { ["db"] = 7 } };
        var client = await runner.StartAsync(linked);
        await LiveRunner.UntilAsync("the linked one is answered", async () => (await File.ReadAllTextAsync(client.LogFile, LiveRunner.Cancel)).Contains("database"));

        // Links outlive the runner, point one way, and end with the instance.
        await runner.RestartAsync();
        Assert.Equal("database\n", (await runner.ExecAsync(linked.Id, "", "nc", "-w", "1", "db", "5432")).Output);
        Assert.NotEqual(0, (await runner.ExecAsync(addon.Id, "", "nc", "-w", "1", client.Address!, "22")).Exit.Code);
        await runner.StopAndRemoveAsync(linked.Id);
        Assert.Equal("refused\n", (await runner.RunAsync(Networked("sh", "-c", ask))).Output);
        await runner.StopAndRemoveAsync(addon.Id);
    }

    [Fact]
    public async Task It_is_nobody_and_cannot_become_anybody()
    {
        var outcome = await runner.RunAsync(runner.Spec("sh", "-c", "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; id -u; ls /proc | grep -c '^[0-9]'; touch /etc/passwd; mount -t tmpfs x /tmp; unshare -n true; chroot / true; ls /run/slipway/../../run"));
        Assert.Contains("CapBnd:\t0000000000000000", outcome.Output);
        Assert.Contains("CapEff:\t0000000000000000", outcome.Output);
        Assert.Contains("NoNewPrivs:\t1", outcome.Output);
        Assert.Contains("Seccomp:\t2", outcome.Output);
        Assert.DoesNotContain("runner.sock", outcome.Output);
        foreach (var refused in (string[])["touch: /etc/passwd", "mount:", "unshare", "chroot"]) Assert.Contains(refused, outcome.Error);
    }

    [Fact]
    public async Task A_fork_bomb_stays_within_its_limit_and_neighbours_answer()
    {
        var neighbour = Networked("nc", "-ll", "-p", "5000", "-e", "/bin/echo", "hello");
        var status = await runner.StartAsync(neighbour);
        var bomb = runner.Spec("sh", "-c", "f() { f | f & }; f; sleep 5");
        await runner.StartAsync(bomb);
        Assert.Equal("hello", await AskAsync(status.Address!, 5000));
        Assert.InRange((await StatsAsync(bomb)).Pids, 1, bomb.Limits.Pids);
        await runner.StopAndRemoveAsync(bomb.Id);
        await runner.StopAndRemoveAsync(neighbour.Id);
        Assert.Empty(runner.TracesOf(bomb.Id));
    }

    [Fact]
    public async Task Memory_past_the_limit_is_killed_and_counted()
    {
        var outcome = await runner.RunAsync(runner.Spec("sh", "-c", "tail /dev/zero"));
        Assert.NotEqual(0, outcome.Exit.Code);
        Assert.True(outcome.Exit.OomKills >= 1);
    }

    [Fact]
    public async Task Disk_past_the_limit_is_refused_to_itself_alone()
    {
        var outcome = await runner.RunAsync(runner.Spec("sh", "-c", "dd if=/dev/zero of=/tmp/x bs=1M count=200; ls -l /tmp/x | awk '{print $5}'"));
        Assert.Contains("No space left on device", outcome.Error);
        Assert.InRange(long.Parse(outcome.Output), 1, 64 << 20);
    }

    private InstanceSpec Networked(params string[] command) => runner.Spec(command) with { Network = NetworkMode.Internet };

    private Task<InstanceStats> StatsAsync(InstanceSpec spec) =>
        runner.Client.CallAsync(RunnerVerb.Stats, new InstanceRequest(spec.Id), ContractsJson.Default.InstanceRequest, ContractsJson.Default.InstanceStats, LiveRunner.Cancel);

    /// <summary>What an instance's server says to a connection from the host; it may need a moment to listen.</summary>
    private static async Task<string> AskAsync(string address, int port)
    {
        var answer = "";
        await LiveRunner.UntilAsync($"{address}:{port} answers", async () =>
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address, port, LiveRunner.Cancel);
                using var reader = new StreamReader(client.GetStream());
                answer = await reader.ReadLineAsync(LiveRunner.Cancel) ?? "";
                return true;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                return false;
            }
        });
        return answer;
    }

    private static IEnumerable<string> OwnAddresses() => System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Where(a => a.Address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a.Address))
        .Select(a => a.Address.ToString());
}
