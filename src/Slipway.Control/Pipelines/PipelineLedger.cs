using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Events;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Pipelines;

/// <summary>Pipelines and which apps are in them.</summary>
internal sealed partial class PipelineLedger(SecretBox secrets, EventLog events, TimeProvider time)
{
    /// <summary>Days without a deploy after which a review app is stale, when nobody says.</summary>
    private const int StaleDays = 5;

    /// <summary>An admin sees all pipelines, a member their own and those with apps that they see; to change one takes more than to see its apps.</summary>
    public static IQueryable<PipelineRow> Visible(SlipwayStore store, Actor actor, AppPermission needed = AppPermission.View) => store.Pipelines.Include(row => row.Owner)
        .Where(row => actor.IsAdmin || row.OwnerId == actor.AccountId
            || store.Couplings.Any(one => one.PipelineId == row.Id && Api.AppRequest.Visible(store, actor, needed).Any(app => app.Id == one.AppId)));

    /// <exception cref="SlipwayException">422: the name is none or taken.</exception>
    public async Task<PipelineRow> CreateAsync(SlipwayStore store, string? name, Actor actor, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var pipeline = new PipelineRow
        {
            Uuid = Guid.NewGuid(),
            Name = CheckName(name),
            OwnerId = actor.AccountId,
            StaleDays = StaleDays,
            ReviewConfig = secrets.SealMap(new Dictionary<string, string>()),
            CreatedAt = now,
            UpdatedAt = now,
        };
        store.Pipelines.Add(pipeline);
        events.Add(store, actor.Email, "pipeline.create", Target(pipeline));
        await SaveAsync(store, pipeline.Name, cancel);
        await store.Entry(pipeline).Reference(row => row.Owner).LoadAsync(cancel);
        return pipeline;
    }

    /// <exception cref="SlipwayException">403: not the caller's; 422: the name is none or taken.</exception>
    public async Task RenameAsync(SlipwayStore store, PipelineRow pipeline, string? name, Actor actor, CancellationToken cancel)
    {
        CheckOwner(pipeline, actor);
        var before = pipeline.Name;
        (pipeline.Name, pipeline.UpdatedAt) = (CheckName(name), time.GetUtcNow());
        events.Add(store, actor.Email, "pipeline.rename", Target(pipeline), before, pipeline.Name);
        await SaveAsync(store, pipeline.Name, cancel);
    }

    /// <summary>Its apps stay as they are.</summary>
    public async Task DeleteAsync(SlipwayStore store, PipelineRow pipeline, Actor actor, CancellationToken cancel)
    {
        CheckOwner(pipeline, actor);
        if (await store.ReviewApps.AnyAsync(row => row.PipelineId == pipeline.Id && row.DeletedAt != null && row.AppId != null, cancel))
        {
            throw new SlipwayException(409, new SlipwayError("review_apps_leaving", $"Review apps of {pipeline.Name} are being destroyed.")
            {
                Why = "The pipeline is what remembers that they are to go.",
                Next = "Repeat it in a minute.",
            });
        }

        store.Pipelines.Remove(pipeline);
        events.Add(store, actor.Email, "pipeline.delete", Target(pipeline));
        await store.SaveChangesAsync(cancel);
    }

    /// <exception cref="SlipwayException">422: no stage, or the app is in a pipeline already.</exception>
    public async Task<CouplingRow> AddAsync(SlipwayStore store, PipelineRow pipeline, AppRow app, string? stage, Actor actor, CancellationToken cancel)
    {
        CheckOwner(pipeline, actor);
        var row = NewCoupling(pipeline, app, Stage.Parse(stage));
        store.Couplings.Add(row);
        events.Add(store, actor.Email, "pipeline.add", EventTarget.Of(app), after: $"{pipeline.Name}, {row.Stage}");
        try
        {
            await store.SaveChangesAsync(cancel);
            return row;
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            throw new SlipwayException(422, new SlipwayError("already_coupled", $"{app.Name} is in a pipeline already.")
            {
                Why = "An app is in one pipeline, at one stage.",
                Next = $"slipway pipelines remove -a {app.Name}",
            });
        }
    }

    public CouplingRow NewCoupling(PipelineRow pipeline, AppRow app, string stage)
    {
        var now = time.GetUtcNow();
        return new CouplingRow { Uuid = Guid.NewGuid(), PipelineId = pipeline.Id, AppId = app.Id, Stage = stage, CreatedAt = now, UpdatedAt = now };
    }

    public async Task MoveAsync(SlipwayStore store, CouplingRow coupling, AppRow app, string? stage, Actor actor, CancellationToken cancel)
    {
        var before = coupling.Stage;
        (coupling.Stage, coupling.UpdatedAt) = (Stage.Parse(stage), time.GetUtcNow());
        events.Add(store, actor.Email, "pipeline.move", EventTarget.Of(app), before, coupling.Stage);
        await store.SaveChangesAsync(cancel);
    }

    public async Task RemoveAsync(SlipwayStore store, CouplingRow coupling, AppRow app, Actor actor, CancellationToken cancel)
    {
        store.Couplings.Remove(coupling);
        events.Add(store, actor.Email, "pipeline.remove", EventTarget.Of(app), before: coupling.Stage);
        await store.SaveChangesAsync(cancel);
    }

    public static EventTarget Target(PipelineRow pipeline) => new($"pipeline {pipeline.Name}");

    /// <exception cref="SlipwayException">403 <c>forbidden</c>.</exception>
    public static void CheckOwner(PipelineRow pipeline, Actor actor)
    {
        if (actor.IsAdmin || pipeline.OwnerId == actor.AccountId) return;
        throw new SlipwayException(403, new SlipwayError("forbidden", $"{pipeline.Name} is another account's pipeline.")
        {
            Why = $"Its owner {pipeline.Owner?.Email} and the server's admins may change it.",
        });
    }

    private static string CheckName(string? name) => name is not null && Name().IsMatch(name) ? name
        : throw new SlipwayException(422, new SlipwayError("invalid_pipeline_name", $"{TypedName.Quote(name)} cannot be the name of a pipeline.")
        {
            Why = "It consists of 3 to 30 lower-case letters, digits and dashes, and begins with a letter.",
            Next = "slipway pipelines create shop",
        });

    private static async Task SaveAsync(SlipwayStore store, string name, CancellationToken cancel)
    {
        try
        {
            await store.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            throw new SlipwayException(422, new SlipwayError("name_taken", $"There is a pipeline {name} already.") { Next = "Choose another name." });
        }
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{2,29}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
