using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Runner;
using Slipway.Control.Api;
using Slipway.Control.Logs;
using Slipway.Control.Store;

namespace Slipway.Control.AppWebhooks;

/// <summary>
/// Tells webhooks what becomes of instances, as the app's log tells it. Instances are the runner's and no rows, so there is
/// no transaction to write it in: what slipwayd did not see, because it was stopped, is not told.
/// </summary>
internal sealed partial class DynoWitness(
    InstanceChronicle chronicle, IDbContextFactory<SlipwayStore> stores, WebhookBell bell, TimeProvider time, ILogger<DynoWitness> log) : BackgroundService
{
    private readonly Channel<InstanceChange> _seen = Channel.CreateUnbounded<InstanceChange>(new UnboundedChannelOptions { SingleReader = true });

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        chronicle.Changed += See;
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var change in _seen.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await TellAsync(change, stoppingToken);
                }
                catch (Exception e) when (e is DbException or DbUpdateException)
                {
                    LogNotTold(e, change.Instance.Name);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            chronicle.Changed -= See;
        }
    }

    private void See(InstanceChange change) => _seen.Writer.TryWrite(change);

    private async Task TellAsync(InstanceChange change, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var handle = change.Instance.App.Value;
        var app = await store.Apps.Include(row => row.Owner).FirstOrDefaultAsync(row => row.Handle == handle && row.DestroyedAt == null, cancel);
        if (app is null) return;
        var webhooks = (await WebhookLedger.ToldOfAsync(store, [app.Uuid], cancel)).Where(row => WebhookLedger.IncludeOf(row).Contains(WebhookEntity.Dyno)).ToList();
        if (webhooks.Count == 0) return;

        var release = await store.Releases.Where(row => row.AppId == app.Id && row.Version == change.Instance.Release).Select(row => row.Uuid).FirstOrDefaultAsync(cancel);
        var (before, after) = (change.Before is { } was ? Json(app, release, change, was) : null, Json(app, release, change, change.After));
        var action = change.Before is null ? "create" : change.After is "down" or "complete" ? "destroy" : "update";
        WebhookLedger.Add(store, new Happening(app.Uuid, WebhookEntity.Dyno, action, new AccountReference(app.Owner!.Uuid, app.Owner.Email), before, after), webhooks, time.GetUtcNow());
        await store.SaveChangesAsync(cancel);
        bell.Ring();
    }

    private JsonObject Json(AppRow app, Guid release, InstanceChange change, string state)
    {
        var instance = change.Instance;
        var dyno = new Dyno
        {
            Id = StableId.Of(app.Uuid, instance.Id.Value),
            Name = instance.Name,
            Type = instance.Kind == InstanceKind.OneOff ? "run" : instance.Name[..instance.Name.LastIndexOf('.')],
            Command = change.Command,
            State = state,
            Size = change.Size,
            App = new Reference(app.Uuid, app.Name),
            Release = new DynoRelease(release, instance.Release),
            CreatedAt = instance.CreatedAt,
            UpdatedAt = instance.Exit?.At ?? time.GetUtcNow(),
        };
        var json = JsonSerializer.SerializeToNode(dyno, ContractsJson.Default.Dyno)!.AsObject();
        json["exit_status"] = instance.Exit?.Code;
        return json;
    }

    [LoggerMessage(LogLevel.Error, "What became of {Instance} could not be written down for webhooks")]
    private partial void LogNotTold(Exception e, string instance);
}
