using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Addons;
using Slipway.Control.Apps;
using Slipway.Control.Certificates;
using Slipway.Control.Builds.Python;
using Slipway.Control.Errors;
using Slipway.Control.Instances;
using Slipway.Control.Mail;
using Slipway.Control.Releases;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Reconcile;

/// <summary>Reads from the store what should be. Releases never change, so each is opened once.</summary>
internal sealed class DesiredReader(
    ServerConfig server, IDbContextFactory<SlipwayStore> stores, SecretBox secrets, ErrorKeys errors, MailKeys mail, IEnumerable<IAddonServers> servers)
{
    private readonly ConcurrentDictionary<long, ReleaseContent?> _releases = new();

    /// <param name="running">The runner's list: how a server is to be started matters only while it does not run.</param>
    public async Task<Desired> ReadAsync(IReadOnlyList<InstanceStatus> running, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var rows = await AppRows.ReadAsync(store, null, cancel);
        var apps = new List<DesiredApp>();
        foreach (var app in rows.Apps) apps.Add(await AppAsync(store, app, rows, cancel));

        Forget(rows.Apps);
        var wanted = new List<InstanceSpec>();
        foreach (var some in servers) wanted.AddRange(await some.WantedAsync(running, cancel));
        return new Desired(apps, wanted)
        {
            Certificates = Certificates(rows),
            Challenges = rows.Domains.SelectMany(domains => domains).Where(domain => domain is { AcmToken: not null, AcmAnswer: not null }).OrderBy(domain => domain.AcmToken, StringComparer.Ordinal)
                .DistinctBy(domain => domain.AcmToken).ToDictionary(domain => domain.AcmToken!, domain => domain.AcmAnswer!, StringComparer.Ordinal),
        };
    }

    /// <summary>An app with the certificates that it may be served with.</summary>
    public async Task<Desired> ReadCertificatesAsync(long appId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var rows = await AppRows.ReadAsync(store, appId, cancel);
        return new Desired([await AppAsync(store, rows.Apps.Single(), rows, cancel)], []) { Certificates = Certificates(rows) };
    }

    private IReadOnlyList<DesiredCertificate> Certificates(AppRows rows)
    {
        if (server.HttpsPort == 0) return [];
        return
        [
            .. rows.Certificates[0].Select(row => Of(row, null)),
            .. rows.Apps.SelectMany(app => rows.Certificates[app.Id].Select(row => Of(row, AppName.Parse(app.Handle)))),
        ];

        static DesiredCertificate Of(CertificateRow row, AppName? app) => new(row.FileId, row.Kind, app, CertificateRows.NamesOf(row.Names), row.ExpiresAt);
    }

    public async Task<DesiredApp> ReadAppAsync(long appId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var rows = await AppRows.ReadAsync(store, appId, cancel);
        return await AppAsync(store, rows.Apps.Single(), rows, cancel);
    }

    /// <summary>What an instance of this release is made of, for one started by hand.</summary>
    /// <returns>Null when the release has no image.</returns>
    public async Task<(AppSurroundings App, ReleaseContent Release)?> ReadAsync(long appId, long releaseId, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var rows = await AppRows.ReadAsync(store, appId, cancel);
        var row = rows.Apps.Single();
        var release = await ContentAsync(store, row, releaseId, cancel);
        return release is null ? null : (Surroundings(row, rows), release);
    }

    private async Task<DesiredApp> AppAsync(SlipwayStore store, AppRow row, AppRows rows, CancellationToken cancel)
    {
        var app = Surroundings(row, rows);
        return new DesiredApp
        {
            Name = app.App,
            Hosts = app.Hosts,
            Maintenance = row.Maintenance,
            HttpsOnly = app.HttpsOnly,
            Assigned = rows.Domains[row.Id]
                .Join(rows.Certificates[row.Id], domain => domain.CertificateId, certificate => certificate.Id, (domain, certificate) => (domain.Hostname, certificate.FileId))
                .ToDictionary(one => DomainName.Parse(one.Hostname), one => one.FileId),
            Destroyed = row.DestroyedAt is not null,
            Current = await ReleaseAsync(store, row, row.CurrentReleaseId, app, rows.Formations[row.Id], isCandidate: false, cancel),
            Candidate = await ReleaseAsync(store, row, row.CandidateReleaseId, app, rows.Formations[row.Id], isCandidate: true, cancel),
            Phase = row.CandidatePhase,
        };
    }

    private AppSurroundings Surroundings(AppRow row, AppRows rows) => Surroundings(
        row, rows, [DomainName.Parse($"{row.Name}.{server.Domain}"), .. rows.Domains[row.Id].Select(domain => DomainName.Parse(domain.Hostname))]);

    private AppSurroundings Surroundings(AppRow row, AppRows rows, IReadOnlyList<DomainName> hosts) => new(
        AppName.Parse(row.Handle),
        row.Uid,
        hosts,
        secrets.OpenMap(row.GeneratedSecrets),
        [.. rows.Volumes[row.Id].Select(volume => new Mount(MountKind.Volume, volume.Name, volume.MountPath, ReadOnly: false))],
        rows.Servers[row.Id].DistinctBy(one => one.Id).ToDictionary(AddonServers.HostOf, one => one.Address))
    {
        HttpsOnly = row.HttpsOnly && server.HttpsPort > 0,
        HttpPort = server.HttpPort,
        HttpsPort = server.HttpsPort,
        Dsn = errors.DsnOf(row),
        Mail = mail.Of(row, hosts),
        Metadata = rows.Features[row.Id].Contains(AppFeature.Metadata.Name) ? new Dictionary<string, string>
        {
            ["HEROKU_APP_ID"] = row.Uuid.ToString(),
            ["HEROKU_APP_NAME"] = row.Name,
            ["HEROKU_APP_DEFAULT_DOMAIN_NAME"] = $"{row.Name}.{server.Domain}",
        } : new Dictionary<string, string>(),
    };

    private async Task<DesiredRelease?> ReleaseAsync(
        SlipwayStore store, AppRow row, long? releaseId, AppSurroundings app, IEnumerable<FormationRow> formation, bool isCandidate, CancellationToken cancel)
    {
        if (releaseId is not { } id || await ContentAsync(store, row, id, cancel) is not { } release) return null;
        // A candidate is started as it will run; the formation changes with its promotion.
        var before = isCandidate && row.CurrentReleaseId is { } current ? (await ContentAsync(store, row, current, cancel))?.Facts.Scale : null;
        var processes = new List<DesiredProcess>();
        foreach (var type in release.ProcessTypes.Keys.Where(type => type != "release").Select(ProcessType.Parse))
        {
            var asked = formation.FirstOrDefault(one => one.ProcessType == type.Value);
            var (quantity, name) = WantedScale.Of(
                type.Value, asked, before?.GetValueOrDefault(type.Value), isCandidate ? release.Facts.Scale.GetValueOrDefault(type.Value) : null);
            var size = InstanceSize.Named(name);
            processes.Add(new DesiredProcess(type, [.. Enumerable.Range(1, quantity).Select(number => InstanceSpecs.Process(app, release, type, number, size))])
            {
                Shape = DesiredProcess.ShapeOf(size.Name + (app.Metadata.Count > 0 ? " " + AppFeature.Metadata.Name : ""), app.Hosts, app.HttpsOnly),
            });
        }

        return new DesiredRelease(release.Version, processes, release.StaticMounts(server))
        {
            Site = release.Site(server), Health = release.Facts.Health with { Https = app.HttpsOnly, MayShowErrors = DebugSwitch.IsAskedFor(release.ConfigVars) }, Port = release.Facts.Container?.Port ?? InstanceSpecs.WebPort, Headers = release.HeaderRules(),
        };
    }

    private async Task<ReleaseContent?> ContentAsync(SlipwayStore store, AppRow app, long id, CancellationToken cancel)
    {
        if (_releases.TryGetValue(id, out var known)) return known;
        var row = await store.Releases.AsNoTracking().Include(release => release.Image).SingleAsync(release => release.Id == id && release.AppId == app.Id, cancel);
        return _releases[id] = ReleaseContent.Open(app, row, secrets);
    }

    // Only what runs or is about to is worth remembering; SQLite may also give a deleted row's number to another one.
    private void Forget(IReadOnlyList<AppRow> apps)
    {
        var inUse = apps.SelectMany(app => new[] { app.CurrentReleaseId, app.CandidateReleaseId }).ToHashSet();
        foreach (var id in _releases.Keys.Where(id => !inUse.Contains(id))) _releases.TryRemove(id, out _);
    }
}
