using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;

namespace Slipway.Control.Logs;

/// <summary>What became of an instance.</summary>
/// <param name="Before">The state that it was in; null when it is new.</param>
internal sealed record InstanceChange(InstanceStatus Instance, string? Before, string After, string Command, string Size);

/// <summary>
/// Tells each app's log what becomes of its instances, in Heroku's words and with its R codes. It looks on as the
/// reconciler passes and has no say; what it saw before a restart of slipwayd it takes as told.
/// </summary>
internal sealed class InstanceChronicle(Reconciler reconciler, RunnerClient runner, OneOffs oneOffs, PlatformLog log, TimeProvider time) : BackgroundService
{
    private const long MiB = 1L << 20;

    /// <summary>How often what instances use is asked for; Heroku says R14 about as often.</summary>
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(20);

    private readonly Channel<Pass> _passes = Channel.CreateUnbounded<Pass>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<InstanceId, Life> _lives = new();

    /// <summary>Processes that the kernel ended for memory, as far as told.</summary>
    private readonly ConcurrentDictionary<InstanceId, int> _oomKills = new();
    private bool _first = true;

    private sealed record Life(InstanceStatus Instance, string State, string Command, string Size, bool Stopping = false, bool Ended = false);

    /// <summary>Raised for everything that is told of an instance's state.</summary>
    public event Action<InstanceChange>? Changed;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        reconciler.Passed += Hear;
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var measuring = MeasureAsync(stoppingToken);
        try
        {
            await foreach (var pass in _passes.Reader.ReadAllAsync(stoppingToken)) Tell(pass);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            reconciler.Passed -= Hear;
        }

        await measuring;
    }

    private void Hear(Pass pass) => _passes.Writer.TryWrite(pass);

    private void Tell(Pass pass)
    {
        var stopping = pass.Plan.Actions.OfType<StopInstance>().Select(stop => stop.Id).ToHashSet();
        var listed = new HashSet<InstanceId>();
        foreach (var instance in pass.Actual.Instances.Where(one => one.Kind is InstanceKind.Process or InstanceKind.OneOff))
        {
            listed.Add(instance.Id);
            var state = AppInstances.StateOf(pass, instance);
            if (!_lives.TryGetValue(instance.Id, out var life))
            {
                var (command, size) = CommandOf(pass, instance);
                life = new Life(instance, _first ? state : "starting", command, size, Ended: _first && instance.Exit is not null);
                if (!_first)
                {
                    Say(instance, $"Starting process with command `{command}`", instance.CreatedAt);
                    Changed?.Invoke(new InstanceChange(instance, null, "starting", command, size));
                }
            }

            _lives[instance.Id] = Advance(life, instance, state, stopping.Contains(instance.Id), pass);
        }

        foreach (var gone in _lives.Keys.Where(id => !listed.Contains(id)))
        {
            _lives.TryRemove(gone, out _);
            _oomKills.TryRemove(gone, out _);
        }

        _first = false;
    }

    private Life Advance(Life life, InstanceStatus instance, string state, bool stopping, Pass pass)
    {
        if (state == "up" && life.State == "starting")
        {
            Become(life, instance, "up");
            life = life with { State = "up" };
        }

        if (stopping && !life.Stopping && instance.Exit is null)
        {
            if (pass.Actual.Unfit.Contains(instance.Id)) SayUnfit(life, instance, pass);
            Say(instance, "Stopping all processes with SIGTERM");
            life = life with { Stopping = true };
        }

        if (instance.Exit is { } exit && !life.Ended)
        {
            SayEnd(life, instance, exit);
            life = life with { Ended = true };
        }

        return life with { Instance = instance };
    }

    /// <summary>It was asked, and is not fit to serve: too late (R10), or by what it answered.</summary>
    private void SayUnfit(Life life, InstanceStatus instance, Pass pass)
    {
        var error = pass.Actual.Crashes.GetValueOrDefault(Slot.Of(instance))?.Error;
        var app = pass.Desired.App(instance.App);
        var health = new[] { app?.Candidate, app?.Current }.FirstOrDefault(release => release?.Version == instance.Release)?.Health;
        Say(instance, error?.Id == "boot_timeout"
            ? $"Error R10 (Boot timeout) -> Web process failed to bind to $PORT within {health?.TimeoutSeconds ?? (int)Probe.DefaultBootTimeout.TotalSeconds} seconds of launch"
            : $"Not fit to serve ({error?.Id}): {error?.Message}");
        Become(life, instance, "crashed");
    }

    private void SayEnd(Life life, InstanceStatus instance, InstanceExit exit)
    {
        if (exit.OomKills > _oomKills.GetValueOrDefault(instance.Id)) Say(instance, "Error R15 (Memory quota vastly exceeded)", exit.At);
        if (life.Stopping && exit is { Code: 137, OomKills: 0 })
        {
            Say(instance, $"Error R12 (Exit timeout) -> At least one process failed to exit within {Planner.ProcessGraceSeconds} seconds of SIGTERM", exit.At);
            Say(instance, "Stopping remaining processes with SIGKILL", exit.At);
        }

        Say(instance, string.Create(CultureInfo.InvariantCulture, $"Process exited with status {exit.Code}"), exit.At);
        var last = (instance.Kind, life.Stopping) switch
        {
            (InstanceKind.OneOff, _) => "complete",
            (_, true) => "down",
            _ => "crashed",
        };
        Become(life, instance, last, exit.At);
    }

    private void Become(Life life, InstanceStatus instance, string state, DateTimeOffset? at = null)
    {
        Say(instance, $"State changed from {life.State} to {state}", at);
        Changed?.Invoke(new InstanceChange(instance, life.State, state, life.Command, life.Size));
    }

    /// <summary>A process that the kernel ended for memory while its instance lives on (a web server's worker) is an R14.</summary>
    private async Task MeasureAsync(CancellationToken cancel)
    {
        try
        {
            using var timer = new PeriodicTimer(MeasureEvery, time);
            while (await timer.WaitForNextTickAsync(cancel)) await LookAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        try
        {
            foreach (var usage in await runner.CallAsync(RunnerVerb.Usage, ContractsJson.Default.IReadOnlyListInstanceUsage, cancel))
            {
                var told = _oomKills.GetValueOrDefault(usage.Id);
                if (usage.OomKills <= told || !_lives.TryGetValue(usage.Id, out var life)) continue;
                _oomKills[usage.Id] = usage.OomKills;
                Say(life.Instance, $"Process running mem={usage.MemoryBytes / MiB}M; the kernel ended {usage.OomKills - told} of its processes for memory");
                Say(life.Instance, "Error R14 (Memory quota exceeded)");
            }
        }
        catch (SlipwayException)
        {
            return; // the runner is away
        }
    }

    private (string Command, string Size) CommandOf(Pass pass, InstanceStatus instance)
    {
        if (oneOffs.CommandOf(instance.Id) is { } command) return (command, InstanceSize.Default.Name);
        var app = pass.Desired.App(instance.App);
        var specs = new[] { app?.Current, app?.Candidate }.SelectMany(release => release?.Processes ?? []).SelectMany(process => process.Instances);
        var found = specs.FirstOrDefault(spec => Slot.Of(spec) == Slot.Of(instance));
        var size = InstanceSize.All.FirstOrDefault(size => size.Limits == found?.Limits) ?? InstanceSize.Default;
        return (string.Join(' ', found?.Command ?? []), size.Name);
    }

    private void Say(InstanceStatus instance, string text, DateTimeOffset? at = null) => log.Instance(instance.App.Value, instance.Name, text, at);
}
