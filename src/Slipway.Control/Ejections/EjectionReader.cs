using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Addons;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Ejections;

/// <summary>Reads an app as it runs now: the specs of its instances, and what they stand on.</summary>
internal sealed class EjectionReader(
    IDbContextFactory<SlipwayStore> stores, DesiredReader desired, Reconciler reconciler, LayerBlobs blobs, SecretBox secrets)
{
    /// <summary>Told to each instance on its own, and so in no environment that all share.</summary>
    private const string InstanceName = "SLIPWAY_INSTANCE";

    /// <exception cref="SlipwayException">409 <c>no_release</c>; 409 <c>layer_missing</c>.</exception>
    public async Task<EjectedApp> ReadAsync(AppRow app, CancellationToken cancel)
    {
        if (app.CurrentReleaseId is not { } id || await desired.ReadAsync(app.Id, id, cancel) is not var (surroundings, release))
            throw new SlipwayException(409, new SlipwayError("no_release", $"{app.Name} has no release with code yet, so there is nothing to take out.") { Next = "slipway deploy" });

        var layers = new List<EjectedLayer>();
        foreach (var layer in release.Layers) layers.Add(await blobs.DescribeAsync(layer, cancel));
        var databases = await DatabasesAsync(app, cancel);
        var image = InstanceSpecs.ImageEnvironment(release.Facts);
        // What a command run by hand would get is what all have in common.
        var common = Besides(InstanceSpecs.OneOff(surroundings, release, "run.1", ["true"], new Dictionary<string, string>(), InstanceSize.Default, null).Environment, image);
        common.Remove(InstanceName);
        var current = (await desired.ReadAppAsync(app.Id, cancel)).Current;
        return new EjectedApp
        {
            Name = app.Name,
            Release = release.Version,
            Uid = app.Uid,
            Hosts = surroundings.Hosts,
            HttpsOnly = surroundings.HttpsOnly,
            Facts = release.Facts,
            Layers = layers,
            ImageEnvironment = image,
            // Where errors and mail are sent is of this server alone.
            Environment = common.Where(one => one.Value != surroundings.Dsn?.ToString() && surroundings.Mail?.Variables.GetValueOrDefault(one.Key) != one.Value).ToDictionary(one => one.Key, one => Renamed(one.Value, databases)),
            Processes =
            [
                .. (current?.Processes ?? []).OrderBy(process => process.Type.Value != "web").ThenBy(process => process.Type.Value, StringComparer.Ordinal).Select(process =>
                {
                    var spec = process.Instances.FirstOrDefault() ?? InstanceSpecs.Process(surroundings, release, process.Type, 1, InstanceSize.Default);
                    return new EjectedProcess(process.Type.Value, process.Instances.Count, spec.Limits, CommandOf(release.ProcessTypes[process.Type.Value], spec.Environment), Besides(Besides(spec.Environment, image), common));
                }),
            ],
            ReleaseCommand = release.ProcessTypes.TryGetValue("release", out var line) ? CommandOf(line, common) : null,
            Cron = [.. release.Facts.Cron.Select(entry => new EjectedCron(entry, CommandOf(entry.Command, common), InstanceSize.Named(entry.Size).Limits))],
            Volumes = surroundings.Volumes.ToDictionary(volume => volume.Name, volume => volume.Target),
            Databases = [.. databases.Select(one => one.Database)],
            ListensOnSocket = reconciler.Last?.Actual.Served?.Routes.FirstOrDefault(route => route.App == surroundings.App) is { Backends: [var backend, ..] }
                ? backend.Address.StartsWith("unix:", StringComparison.Ordinal)
                : release.Facts.Serving is not null,
        };
    }

    /// <summary>
    /// A line that names variables keeps their names, for a shell to look them up where it runs: a port or a password that they
    /// stand for here is another one there.
    /// </summary>
    private static IReadOnlyList<string> CommandOf(string line, IReadOnlyDictionary<string, string> environment)
    {
        IReadOnlyList<string> parsed;
        try
        {
            parsed = ProcessCommand.Parse(line, environment);
        }
        catch (SlipwayException)
        {
            return ["/bin/sh", "-c", line];
        }

        return parsed is ["/bin/sh", "-c", _] || !line.Contains('$') ? parsed : ["/bin/sh", "-c", "exec " + line];
    }

    /// <summary>What one environment has that another has not.</summary>
    private static Dictionary<string, string> Besides(IReadOnlyDictionary<string, string> all, IReadOnlyDictionary<string, string> known) =>
        all.Where(one => !known.TryGetValue(one.Key, out var value) || value != one.Value).ToDictionary(StringComparer.Ordinal);

    private static string Renamed(string value, IReadOnlyList<(EjectedDatabase Database, string Was)> databases)
    {
        foreach (var (database, was) in databases) value = value.Replace(was, database.Url.OriginalString, StringComparison.Ordinal);
        return value;
    }

    private async Task<IReadOnlyList<(EjectedDatabase Database, string Was)>> DatabasesAsync(AppRow app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var rows = await store.AddonAttachments.AsNoTracking().Where(row => row.AppId == app.Id)
            .Join(store.Addons, one => one.AddonId, addon => addon.Id, (one, addon) => new { one.Id, one.Name, Addon = addon })
            .Where(one => one.Addon.State == AddonState.Provisioned).OrderBy(one => one.Id).ToListAsync(cancel);
        var databases = new List<(EjectedDatabase, string)>();
        var counts = new Dictionary<string, int>();
        foreach (var row in rows.DistinctBy(row => row.Addon.Id))
        {
            var kind = AddonKinds.Of(row.Addon.Service);
            var number = counts[kind.ServerNoun] = counts.GetValueOrDefault(kind.ServerNoun) + 1;
            var host = number == 1 ? kind.ServerNoun : $"{kind.ServerNoun}-{number}";
            var was = new Uri(secrets.Open(row.Addon.Url));
            var url = kind.UrlOf(host, kind.IsShared ? was.Database() : "", was.Password());
            databases.Add((new EjectedDatabase(row.Name, row.Addon.Uuid, kind, row.Addon.Plan, host, url), was.OriginalString));
        }

        return databases;
    }
}
