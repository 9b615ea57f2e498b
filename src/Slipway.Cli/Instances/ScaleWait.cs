using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Instances;

/// <summary>Scaling is done when as many instances are up as were asked for, not when the server took the wish down.</summary>
internal static class ScaleWait
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static async Task UntilUpAsync(Invocation run, AppName app, IReadOnlyList<Formation> wanted, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        await using var line = new StatusLine(run.Screen);
        while (true)
        {
            var instances = (await run.Api.ListAsync(Routes.Of(app, "dynos"), ContractsJson.Default.IReadOnlyListDyno, cancel)).Value;
            if (wanted.All(w => IsMet(w, instances))) return;
            line.Show(string.Join(", ", wanted.Select(w => $"{w.Type}: {Up(w, instances)} of {w.Quantity} up")));
            if (time.GetElapsedTime(started) > Patience) throw NotUp(app, wanted, instances);
            await Task.Delay(TimeSpan.FromMilliseconds(150), time, cancel);
        }
    }

    private static bool IsMet(Formation wanted, IReadOnlyList<Dyno> instances)
    {
        var own = instances.Where(i => i.Type == wanted.Type.Value && i.State != "down").ToList();
        return own.Count == wanted.Quantity && own.All(i => i.State == "up" && i.Size == wanted.Size);
    }

    private static int Up(Formation wanted, IReadOnlyList<Dyno> instances) =>
        instances.Count(i => i.Type == wanted.Type.Value && i.State == "up" && i.Size == wanted.Size);

    private static Failure NotUp(AppName app, IReadOnlyList<Formation> wanted, IReadOnlyList<Dyno> instances) =>
        new(ExitCode.DeployFailed, new SlipwayError("scale_incomplete", $"After {Patience.TotalSeconds:0} seconds {app} does not run as it was asked to.")
        {
            Why = string.Join(", ", wanted.Where(w => !IsMet(w, instances)).Select(w => $"{w.Type}: {Up(w, instances)} of {w.Quantity} up")) + ". Slipway goes on trying.",
            Evidence = [.. instances.Where(i => i.State != "up").Select(i => $"{i.Name} {i.State}")],
            Next = $"slipway ps --app {app}, then slipway logs --app {app}",
        });
}
