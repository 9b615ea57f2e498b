using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Control.Deploys;
using Slipway.Control.Instances;
using Slipway.Control.Logs;
using Slipway.Control.Store;

namespace Slipway.Control.Releases;

/// <summary>The command that prepares a release before it serves (<c>release:</c> of the Procfile, Django's <c>migrate</c>), in an instance of that release.</summary>
internal sealed class ReleasePhase(OneOffs oneOffs, TimeProvider time)
{
    private const int EvidenceLines = 30;

    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    /// <param name="command">Command line.</param>
    /// <exception cref="SlipwayException">422 <c>release_command_failed</c>.</exception>
    public async Task RunAsync(ReleaseRow release, string command, DeployLog log, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        var last = new Queue<string>();
        var lines = new LineSplitter(async line =>
        {
            await log.LineAsync(line);
            last.Enqueue(line);
            if (last.Count > EvidenceLines) last.Dequeue();
        });

        InstanceExit? exit = null;
        try
        {
            await using var run = await oneOffs.StartAsync(
                new OneOffRequest(release.AppId, release.Id, "release", [command], new Dictionary<string, string>(), null, null), both.Token);
            while (exit is null && await run.Frames.ReadAsync(both.Token) is { } frame)
            {
                if (frame.Type is FrameType.Stdout or FrameType.Stderr) await lines.WriteAsync(frame.Payload);
                if (frame.Type is FrameType.Exit) exit = JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.InstanceExit);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw Failed(command, $"It was not done within {Limit.TotalMinutes:0} minutes and was stopped.", last);
        }
        catch (IOException e)
        {
            throw Failed(command, $"The connection to it was lost: {e.Message}", last);
        }

        await lines.EndAsync();
        if (exit is { Code: 0 }) return;
        throw Failed(command, exit switch
        {
            null => "slipway-runner let go of it, probably because it was restarted.",
            { OomKills: > 0 } => "It ran out of memory: the kernel ended it.",
            { MonitorLost: true } => "Its monitor (conmon) was killed, so its end is not known.",
            _ => $"It ended with status {exit.Code}.",
        }, last);
    }

    private static SlipwayException Failed(string command, string why, IEnumerable<string> last) =>
        new(422, new SlipwayError("release_command_failed", $"The release command failed: {command}")
        {
            Why = why,
            Next = "Mend what its last lines say and deploy again. To try it by hand in the release that serves: slipway run -- COMMAND",
            Evidence = [.. last],
        });
}
