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

    /// <summary>By then one that ends right after its start was tried four times.</summary>
    private static readonly TimeSpan CrashPatience = TimeSpan.FromSeconds(10);

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
            var elapsed = time.GetElapsedTime(started);
            if (elapsed > Patience || (elapsed > CrashPatience && wanted.Any(w => HasCrashed(w, instances)))) throw NotUp(app, elapsed, wanted, instances);
            await Task.Delay(TimeSpan.FromMilliseconds(150), time, cancel);
        }
    }

    private static bool IsMet(Formation wanted, IReadOnlyList<Dyno> instances)
    {
        var own = instances.Where(i => i.Type == wanted.Type.Value && i.State != "down").ToList();
        return own.Count == wanted.Quantity && own.All(i => i.State == "up" && i.Size == wanted.Size);
    }

    private static bool HasCrashed(Formation wanted, IReadOnlyList<Dyno> instances) => instances.Any(i => i.Type == wanted.Type.Value && i.State == "crashed");

    private static int Up(Formation wanted, IReadOnlyList<Dyno> instances) =>
        instances.Count(i => i.Type == wanted.Type.Value && i.State == "up" && i.Size == wanted.Size);

    private static Failure NotUp(AppName app, TimeSpan elapsed, IReadOnlyList<Formation> wanted, IReadOnlyList<Dyno> instances) =>
        new(ExitCode.DeployFailed, new SlipwayError("scale_incomplete", $"After {elapsed.TotalSeconds:0} seconds {app} does not run as it was asked to.")
        {
            Why = string.Join(", ", wanted.Where(w => !IsMet(w, instances)).Select(w => $"{w.Type}: {Up(w, instances)} of {w.Quantity} up")) + ". Slipway goes on trying.",
            Evidence = [.. instances.Where(i => i.State != "up").Select(i => $"{i.Name} {i.State}")],
            Next = wanted.Any(w => HasCrashed(w, instances)) ? $"slipway diagnose --app {app} says why" : $"slipway ps --app {app}, then slipway logs --app {app}",
        });
}
