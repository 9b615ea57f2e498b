using System.Diagnostics;
using System.Globalization;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Bench;

/// <summary>From asking for an instance to the first byte that its command writes, by the runner and by <c>runc run</c> by hand.</summary>
internal sealed class InstanceStart(Server server)
{
    private const int Rounds = 15;
    private static readonly string[] Command = ["/bin/echo", "x"];
    private readonly RunnerClient _runner = new(server.Config.RunnerSocket);

    public async Task<IReadOnlyList<Result>> MeasureAsync()
    {
        var stacks = await _runner.CallAsync(RunnerVerb.Stacks, ContractsJson.Default.IReadOnlyListStackInfo, CancellationToken.None);
        var stack = stacks.First(s => s.Name.Value == "python").Layer;
        var runtime = (await _runner.CallAsync(RunnerVerb.Info, ContractsJson.Default.RunnerInfo, CancellationToken.None)).OciRuntime;
        using var hand = await HandMadeContainer.CreateAsync(server, stack, runtime);

        var (ours, bare, whole) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await RunnerAsync(stack) * 1000);
            bare.Add(await hand.StartAsync(withNetwork: false) * 1000);
            whole.Add(await hand.StartAsync(withNetwork: true) * 1000);
        }

        return
        [
            new("c", "start an instance: disk, overlay, network, monitor, first byte", Measure.Median(ours), "mkfs, mount, netns, CNI bridge, runc run by hand", Measure.Median(whole), "ms", "≤ 1.5×"),
            new("c", "the same", Measure.Median(ours), "runc run alone: no disk limit, network or monitor", Measure.Median(bare), "ms", ""),
        ];
    }

    private async Task<double> RunnerAsync(Digest stack)
    {
        var id = InstanceId.Parse("bench" + Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture)[..10]);
        var spec = new InstanceSpec
        {
            Id = id, App = AppName.Parse("bench-start"), Name = "run.1", Kind = InstanceKind.OneOff, Uid = server.Config.UidBase, Layers = [stack],
            Command = Command, Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
            Limits = new ResourceLimits(512L << 20, 1000, 256, 2L << 30),
        };
        var began = Stopwatch.GetTimestamp();
        await using (var frames = await _runner.StreamAsync(RunnerVerb.Run, spec, ContractsJson.Default.InstanceSpec, CancellationToken.None))
        {
            double seconds = 0;
            while (await frames.ReadAsync(CancellationToken.None) is { } frame && frame.Type != FrameType.Exit)
            {
                if (frame.Type == FrameType.Stdout && seconds == 0) seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            }

            await _runner.SendAsync(RunnerVerb.Remove, new InstanceRequest(id), ContractsJson.Default.InstanceRequest, CancellationToken.None);
            return seconds > 0 ? seconds : throw new InvalidOperationException("The instance wrote nothing.");
        }
    }
}
