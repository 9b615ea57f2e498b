using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Control.Deploys;
using Slipway.Control.Instances;
using Slipway.Control.Logs;
using Slipway.Control.Store;

namespace Slipway.Control.Releases;

/// <summary>A command of a deploy in an instance of the new release: the one that prepares it before it serves (<c>release:</c> of the Procfile, Django's <c>migrate</c>), and the hook after it.</summary>
internal sealed class ReleasePhase(OneOffs oneOffs, TimeProvider time)
{
    private const int EvidenceLines = 30;

    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    /// <param name="name">Of the instance, before the dot: <c>release</c>.</param>
    /// <param name="command">Command line.</param>
    /// <exception cref="SlipwayException">422 <c>release_command_failed</c>.</exception>
    public async Task RunAsync(ReleaseRow release, string name, string command, DeployLog log, CancellationToken cancel)
    {
        if (await EndAsync(release, name, command, log, cancel) is { Failure: { } failure }) throw failure;
    }

    /// <summary>The same, for whom a failure is an outcome like another.</summary>
    public async Task<CommandEnd> EndAsync(ReleaseRow release, string name, string command, DeployLog log, CancellationToken cancel)
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

        InstanceExit? exit;
        try
        {
            await using var run = await oneOffs.StartAsync(
                new OneOffRequest(release.AppId, release.Id, name, [command], new Dictionary<string, string>(), null, null), both.Token);
            exit = await run.EndAsync(lines.WriteAsync, both.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Failed(name, command, null, $"It was not done within {Limit.TotalMinutes:0} minutes and was stopped.", last);
        }
        catch (IOException e)
        {
            return Failed(name, command, null, $"The connection to it was lost: {e.Message}", last);
        }

        await lines.EndAsync();
        if (exit is { Code: 0 }) return new CommandEnd(0, null);
        return Failed(name, command, exit, exit switch
        {
            null => "slipway-runner let go of it, probably because it was restarted.",
            { OomKills: > 0 } => "It ran out of memory: the kernel ended it.",
            { MonitorLost: true } => "Its monitor (conmon) was killed, so its end is not known.",
            _ => $"It ended with status {exit.Code}.",
        }, last);
    }

    private static CommandEnd Failed(string name, string command, InstanceExit? exit, string why, IEnumerable<string> last) =>
        new(exit?.Code, new SlipwayException(422, new SlipwayError($"{name.Replace('-', '_')}_command_failed", $"The {name} command failed: {command}")
        {
            Why = why,
            Next = "Mend what its last lines say and deploy again. To try it by hand in the release that serves: slipway run -- COMMAND",
            Evidence = [.. last],
            Details = exit is null ? null : new Dictionary<string, string> { ["exit_status"] = $"{exit.Code}", ["oom_kills"] = $"{exit.OomKills}" },
        }));
}

/// <param name="Code">Exit status; null when it is not known.</param>
/// <param name="Failure">Null when it went well.</param>
internal sealed record CommandEnd(int? Code, SlipwayException? Failure);
