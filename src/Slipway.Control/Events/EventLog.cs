using Microsoft.EntityFrameworkCore;
using Slipway.Control.Store;

namespace Slipway.Control.Events;

/// <summary>What an event is about.</summary>
/// <param name="Name"><c>app blog</c>, <c>account ada@example.org</c>: noun and name, for people.</param>
/// <param name="App">The app that it belongs to, if any; who sees the app sees the event.</param>
internal readonly record struct EventTarget(string Name, Guid? App = null)
{
    public static EventTarget Of(AppRow app) => new($"app {app.Name}", app.Uuid);
}

/// <summary>
/// The audit trail: who did what, with what result. Before and after never hold a secret: <see cref="Secrets.Mask"/> it.
/// </summary>
internal sealed class EventLog(IDbContextFactory<SlipwayStore> stores, TimeProvider time)
{
    public const string Ok = "ok";

    /// <summary>Adds the event to a unit of work, so that the change and its record are committed together.</summary>
    public void Add(SlipwayStore store, string actor, string action, EventTarget target, string? before = null, string? after = null, string result = Ok) =>
        store.Events.Add(new EventRow
        {
            Uuid = Guid.NewGuid(),
            At = time.GetUtcNow(),
            Actor = actor,
            Action = action,
            Target = target.Name,
            AppUuid = target.App,
            Before = before,
            After = after,
            Result = result,
        });

    /// <summary>Records an event on its own: a failure, or something that is not a change of the store.</summary>
    public async Task RecordAsync(
        string actor, string action, EventTarget target, string? before, string? after, string result, CancellationToken cancel = default)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        Add(store, actor, action, target, before, after, result);
        await store.SaveChangesAsync(cancel);
    }
}
