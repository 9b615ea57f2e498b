using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Builds;
using Slipway.Control.Deploys;
using Slipway.Control.Images;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Diagnoses;

/// <summary>Gathers the facts, once and all of them, whichever rule will want them.</summary>
internal sealed class Gatherer(
    IDbContextFactory<SlipwayStore> stores, SourceStore sources, Reconciler reconciler, RunnerClient runner, SecretBox secrets, ServerConfig server, TimeProvider time)
{
    private const int LogLines = 400;

    /// <summary>Of a deploy that failed, before anything of it is cleared away.</summary>
    public async Task<Facts> OfFailureAsync(DeployContext deploy, SlipwayException failure, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var row = await store.Deploys.AsNoTracking().SingleAsync(one => one.Id == deploy.Deploy.Id, cancel);
        var release = await store.Releases.AsNoTracking().Include(one => one.Image).SingleOrDefaultAsync(one => one.Id == row.ReleaseId, cancel);
        var instance = InChain<InstanceFailedException>(failure);
        var facts = await AppAsync(store, deploy.App, release, row.SourceDigest, StageOf(failure.Error.Step ?? deploy.Log.Step, instance), cancel);
        return Mask(facts with
        {
            Failure = failure.Error,
            Findings = InChain<PreflightException>(failure)?.Findings ?? [],
            Log = instance is null ? deploy.Log.Lines : CrashWords.Tail(instance.Crash.LogFile, LogLines),
            Instance = instance is null ? null : LookAt(instance, facts),
            Probe = instance?.Crash.Seen?.Exchange,
        }, secrets.OpenMap(deploy.App.ConfigVars), secrets.OpenMap(deploy.App.GeneratedSecrets));
    }

    /// <summary>Of an app as it runs: one for each process type, those that crashed first, then web; what each wrote last, and the edge for the app.</summary>
    public async Task<IReadOnlyList<Facts>> OfRunningAsync(AppRow app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var release = await store.Releases.AsNoTracking().Include(one => one.Image).SingleOrDefaultAsync(one => one.Id == app.CurrentReleaseId, cancel);
        var facts = await AppAsync(store, app, release, null, Stage.Run, cancel);
        var name = AppName.Parse(app.Handle);
        var pass = reconciler.Last ?? await reconciler.UntilAsync(_ => true, cancel);
        var router = CrashWords.Tail(Path.Combine(server.LogsDirectory, name.Value, "router.log"), LogLines).Where(RouterLine.IsFailure).ToList();
        var (config, generated) = (secrets.OpenMap(app.ConfigVars), secrets.OpenMap(app.GeneratedSecrets));
        var all = new List<(int Order, Facts Facts)>();
        foreach (var process in pass.Desired.App(name)?.Current?.Processes ?? [])
        {
            foreach (var spec in process.Instances.Take(1))
            {
                // One that was started again a moment ago shows nothing of what ended the one before it.
                var crash = pass.Actual.Crashes.GetValueOrDefault(Slot.Of(spec));
                var alive = crash is null ? Slots.Alive(pass.Actual, Slot.Of(spec)).FirstOrDefault() : null;
                if (alive is null && crash is null) continue;
                var seen = alive is null ? crash!.Seen : await Sighting.OfAsync(alive, runner, time.GetUtcNow(), cancel);
                all.Add((crash is not null ? 0 : process.Type.Value == "web" ? 1 : 2, Mask(facts with
                {
                    Instance = LookAt(spec, crash?.Exit, seen, facts),
                    Log = CrashWords.Tail(alive?.LogFile ?? crash!.LogFile, LogLines),
                    Failure = crash is null ? null : Failure(crash, spec),
                    Router = router,
                }, config, generated)));
            }
        }

        return all.Count == 0 ? [Mask(facts with { Router = router }, config, generated)] : [.. all.OrderBy(one => one.Order).Select(one => one.Facts)];
    }

    private static SlipwayError Failure(Crash crash, InstanceSpec spec)
    {
        var error = CrashWords.Of(crash, spec).Error;
        return crash.Count == 1 ? error : error with { Message = $"{error.Message} It has failed {crash.Count} times in a row; it is started again, with longer pauses." };
    }

    /// <summary>What is known of the app itself: from its image, or while there is none, from the source.</summary>
    private async Task<Facts> AppAsync(SlipwayStore store, AppRow app, ReleaseRow? release, string? sourceDigest, Stage stage, CancellationToken cancel)
    {
        var config = secrets.OpenMap(app.ConfigVars);
        var folder = (sourceDigest ?? release?.Image?.SourceDigest) is { } text && Digest.Parse(text) is var digest && sources.Exists(digest) ? sources.FolderOf(digest) : null;
        var facts = new Facts
        {
            Stage = stage,
            Host = $"{app.Name}.{server.Domain}",
            ConfigVars = [.. config.Keys.Order(StringComparer.Ordinal)],
            Addons = await store.AddonAttachments.Where(one => one.AppId == app.Id).Join(store.Addons, one => one.AddonId, addon => addon.Id, (_, addon) => addon.Service).Distinct().ToListAsync(cancel),
            Source = folder is null ? Source.None : new Source(new SourceFiles(folder)),
        };
        return release?.Image is { } image ? OfImage(facts, ImageFacts.Parse(image.Facts)) : folder is null ? facts : OfSource(facts, folder, config);
    }

    private static Facts OfImage(Facts facts, ImageFacts image) => facts with
    {
        Kind = image.Kind,
        Root = image.WorkingDirectory.StartsWith("/app/", StringComparison.Ordinal) ? image.WorkingDirectory["/app/".Length..] : "",
        ProcessTypes = image.ProcessTypes,
        DjangoVersion = image.Django?.Version,
        SettingsModule = image.Django?.Settings,
    };

    private static Facts OfSource(Facts facts, string folder, IReadOnlyDictionary<string, string> config)
    {
        try
        {
            var preflight = Preflight.Recognize(folder, config, AppKinds.All);
            return facts with
            {
                Kind = preflight.Kind.Name,
                Root = preflight.Survey.Procfile is { } procfile ? SourceFiles.FolderOf(procfile.File) : preflight.Survey.Top,
                ProcessTypes = preflight.Survey.Procfile?.Types.ToDictionary(type => type.Key.Value, type => type.Value) ?? [],
            };
        }
        catch (SlipwayException)
        {
            return facts; // what it is could not be told: that is why it failed
        }
    }

    private static InstanceLook LookAt(InstanceFailedException failed, Facts facts) => LookAt(failed.Spec, failed.Crash.Exit, failed.Crash.Seen, facts);

    private static InstanceLook LookAt(InstanceSpec spec, InstanceExit? exit, Sighting? seen, Facts facts) => new(spec.Name, spec.Command, exit)
    {
        Line = facts.ProcessTypes.GetValueOrDefault(spec.Name[..spec.Name.IndexOf('.')]),
        Port = spec.Environment.TryGetValue("PORT", out var port) ? int.Parse(port) : 0,
        MemoryLimit = spec.Limits.MemoryBytes,
        Memory = seen?.Stats?.MemoryBytes,
        OomKills = exit?.OomKills ?? seen?.Stats?.OomKills ?? 0,
        Age = seen?.Age ?? 0,
        Listening = seen?.Listening ?? [],
        Connecting = seen?.Connecting ?? [],
        Processes = seen?.Processes ?? [],
    };

    private static Stage StageOf(string? step, InstanceFailedException? instance) => step switch
    {
        "fetch" or "receive" or "manifest" or "preflight" => Stage.Preflight,
        "packages" or "dependencies" or "build" => Stage.Build,
        "start" => Stage.Boot,
        // A process that ended, or listens nowhere, did not get as far as an answer.
        "probe" => instance?.Crash.Seen?.Exchange is null ? Stage.Boot : Stage.Probe,
        "route" or "verify" => Stage.Probe,
        "drain" or "post-deploy" => Stage.Run,
        _ => Stage.Release,
    };

    /// <summary>A config var's value is in no log that somebody else may read.</summary>
    private static Facts Mask(Facts facts, params IEnumerable<IReadOnlyDictionary<string, string>> secret)
    {
        var mask = Redaction.Of(secret.SelectMany(one => one));
        return facts with
        {
            Log = [.. facts.Log.Select(mask.Apply)],
            Router = [.. facts.Router.Select(mask.Apply)],
            Probe = facts.Probe is { } probe ? probe with { Lines = [.. probe.Lines.Select(mask.Apply)] } : null,
            Instance = facts.Instance is { } instance ? instance with { Command = [.. instance.Command.Select(mask.Apply)], Processes = [.. instance.Processes.Select(one => one with { Command = mask.Apply(one.Command) })] } : null,
            Failure = facts.Failure is { } failure ? failure with { Message = mask.Apply(failure.Message), Why = failure.Why is { } why ? mask.Apply(why) : null, Evidence = failure.Evidence?.Select(mask.Apply).ToList() } : null,
        };
    }

    private static T? InChain<T>(Exception? failure) where T : Exception
    {
        for (; failure is not null; failure = failure.InnerException)
            if (failure is T found) return found;
        return null;
    }
}
