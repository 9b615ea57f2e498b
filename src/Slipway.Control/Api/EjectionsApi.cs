using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Access;
using Slipway.Control.Addons;
using Slipway.Control.Ejections;
using Slipway.Control.Events;
using Slipway.Control.Images;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>
/// An app as files that run it without Slipway. All its secrets and data are among them, so it takes what destroying it
/// would. Large files are made while they are read: none is held on the server's disk.
/// </summary>
internal static class EjectionsApi
{
    private const string Path = "/slipway/apps/{app}/ejection";

    public static void MapEjections(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, Eject).WithName("ejection.make").Needs(AppPermission.Manage).In(Area.Secrets);
        routes.MapGet(Path + "/layers/{layer}", Layer).WithName("ejection.layer").Needs(AppPermission.Manage).In(Area.Secrets);
        routes.MapGet(Path + "/volumes/{volume}", Volume).WithName("ejection.volume").Needs(AppPermission.Manage).In(Area.Secrets);
        routes.MapGet(Path + "/databases/{addon}", Database).WithName("ejection.database").Needs(AppPermission.Manage).In(Area.Secrets);
    }

    private static async Task<IResult> Eject(AppRequest request, EjectionReader reader, EventLog events, CancellationToken cancel)
    {
        var app = await reader.ReadAsync(request.App, cancel);
        await events.RecordAsync(request.Actor.Email, "app.eject", EventTarget.Of(request.App), null, $"v{app.Release}", EventLog.Ok, cancel);
        return ApiJson.Ok(EjectionPlan.Of(app, $"/slipway/apps/{app.Name}/ejection"), ContractsJson.Default.Ejection);
    }

    /// <summary>Of any release of the app: a deploy meanwhile does not break off who reads.</summary>
    private static async Task<IResult> Layer(string layer, AppRequest request, LayerBlobs blobs, CancellationToken cancel)
    {
        var images = await request.Store.Images.AsNoTracking().Where(row => row.AppId == request.App.Id || request.Store.Releases.Any(one => one.AppId == request.App.Id && one.ImageId == row.Id)).ToListAsync(cancel);
        if (!Digest.TryParse(layer, out var digest) || !images.SelectMany(ImageLayers.Of).Contains(digest)) throw AppRequest.NotFound("layer", layer);
        return new BytesResult("application/x-tar", write => blobs.WriteAsync(digest, write, cancel));
    }

    private static async Task<IResult> Volume(string volume, AppRequest request, RunnerClient runner, CancellationToken cancel)
    {
        if (!VolumeName.TryParse(volume, out var name) || !await request.Store.Volumes.AnyAsync(row => row.AppId == request.App.Id && row.Name == volume, cancel)) throw AppRequest.NotFound("volume", volume);
        return Archive(runner, AppName.Parse(request.App.Handle), name, cancel);
    }

    private static async Task<IResult> Database(Guid addon, AppRequest request, AddonJob jobs, RunnerClient runner, SecretBox secrets, CancellationToken cancel)
    {
        var row = await request.Store.Addons.AsNoTracking().FirstOrDefaultAsync(
            row => row.Uuid == addon && row.State == AddonState.Provisioned && request.Store.AddonAttachments.Any(one => one.AppId == request.App.Id && one.AddonId == row.Id), cancel)
            ?? throw AppRequest.NotFound("database", addon.ToString());
        var server = await request.Store.AddonServers.AsNoTracking().SingleAsync(one => one.Id == row.ServerId, cancel);
        var url = new Uri(secrets.Open(row.Url));
        if (AddonKinds.Of(row.Service).Elsewhere(url, row.Plan).Dump is not { } dump) return Archive(runner, AppName.Parse(server.Name), AddonServers.Data, cancel);
        return new BytesResult("application/octet-stream", async write =>
        {
            var said = new List<string>();
            var status = await jobs.RunAsync(request.App, row, server, url, dump.Command, null, write, line =>
            {
                said.Add(line);
                return ValueTask.CompletedTask;
            }, cancel);
            if (status != 0) throw new SlipwayException(500, new SlipwayError("dump_failed", $"{dump.Command[0]} ended with status {status}.") { Why = said.LastOrDefault(), Evidence = said.TakeLast(20).ToList() });
        });
    }

    private static BytesResult Archive(RunnerClient runner, AppName app, VolumeName name, CancellationToken cancel) => new("application/x-tar", write => runner.CallAsync(
        RunnerVerb.ArchiveVolume, new ArchiveVolumeRequest(app, name), ContractsJson.Default.ArchiveVolumeRequest, ContractsJson.Default.JsonElement, write, cancel));
}
