using System.Data.Common;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Diagnoses;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Alerts;

/// <summary>Raises it when a process of a release that serves ends soon after each of its starts, and sees when that is over.</summary>
internal sealed partial class CrashWatch(Reconciler reconciler, AlertBook book, Examiner examiner, IDbContextFactory<SlipwayStore> stores, ILogger<CrashWatch> log) : BackgroundService
{
    /// <summary>Failures in a row: one may be a moment's, a third is not.</summary>
    private const int Often = 3;

    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private readonly Channel<Pass> _passes = Channel.CreateBounded<Pass>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>By app's handle and process type: those that were told of and are not over.</summary>
    private readonly HashSet<(string App, string Type)> _looping = [];

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        reconciler.Passed += Hear;
        return base.StartAsync(cancellationToken);
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        reconciler.Passed -= Hear;
        return base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RememberAsync(stoppingToken);
            await foreach (var pass in _passes.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(pass, stoppingToken);
                }
                catch (Exception e) when (e is DbException or DbUpdateException)
                {
                    LogTrouble(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
    }

    private void Hear(Pass pass) => _passes.Writer.TryWrite(pass);

    /// <summary>Those that went on when slipwayd stopped.</summary>
    private async Task RememberAsync(CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var open = await store.Alerts.AsNoTracking().Include(row => row.App).Where(row => row.Kind == AlertKind.CrashLoop && row.OverAt == null && row.App != null).ToListAsync(cancel);
        foreach (var row in open) _looping.Add((row.App!.Handle, row.Key));
    }

    private async Task LookAsync(Pass pass, CancellationToken cancel)
    {
        foreach (var (slot, crash) in pass.Actual.Crashes)
        {
            // What fails as it is deployed is told of by the deploy.
            if (crash.Count < Often || pass.Desired.App(slot.App)?.Current?.Version != slot.Release) continue;
            var type = TypeOf(slot.Name);
            if (_looping.Contains((slot.App.Value, type)) || await AppAsync(slot.App.Value, cancel) is not { } app) continue;
            await book.RaiseAsync(new Alarm(AlertKind.CrashLoop, app.Id, type, await DiagnosisAsync(app, slot, crash, cancel)), cancel);
            _looping.Add((slot.App.Value, type)); // now that it is written down: else the next pass tries again
        }

        foreach (var (name, type) in _looping.Where(one => IsOver(pass, one.App, one.Type)).ToList())
        {
            var others = _looping.Where(one => one.App == name && one.Type != type).Select(one => one.Type).ToList();
            if (await AppAsync(name, cancel) is { } app) await book.EndOthersAsync(AlertKind.CrashLoop, app.Id, others, cancel);
            _looping.Remove((name, type));
        }
    }

    /// <summary>Nothing of it has crashed lately, and each that is wanted has run for a while; or it is wanted no more.</summary>
    private static bool IsOver(Pass pass, string app, string type)
    {
        if (pass.Desired.Apps.FirstOrDefault(one => one.Name.Value == app)?.Current is not { } current) return true;
        if (current.Processes.FirstOrDefault(process => process.Type.Value == type) is not { } process) return true;
        return process.Instances.Select(Slot.Of).All(slot =>
            !pass.Actual.Crashes.ContainsKey(slot) && Slots.Alive(pass.Actual, slot).Any(instance => pass.Actual.Now - instance.CreatedAt > Settled));
    }

    private async Task<Diagnosis> DiagnosisAsync(AppRow app, Slot slot, Crash crash, CancellationToken cancel)
    {
        var happened = $"{slot.Name} of v{slot.Release} failed {crash.Count} times in a row; it is started again, with longer pauses.";
        var found = (await examiner.OfRunningAsync(app, cancel)).Found?.Diagnosis;
        return found is null
            ? new Diagnosis("crash_loop", $"{slot.Name} does not stay up") { Stage = Stage.Run, Happened = happened, Fix = $"slipway logs --app {app.Name} shows what it writes, slipway diagnose --app {app.Name} looks again.", Page = "docs/alerts.md" }
            : found with { Happened = happened };
    }

    private async Task<AppRow?> AppAsync(string handle, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Apps.AsNoTracking().SingleOrDefaultAsync(row => row.Handle == handle && row.DestroyedAt == null, cancel);
    }

    private static string TypeOf(string name) => name[..name.IndexOf('.')];

    [LoggerMessage(LogLevel.Error, "Crashes could not be looked into; trying again")]
    private partial void LogTrouble(Exception e);
}
