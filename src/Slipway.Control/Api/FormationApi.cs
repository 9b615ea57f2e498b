using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Events;
using Slipway.Control.Instances;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class FormationApi
{
    private const int MaxQuantity = 100;

    private static readonly Sorting<Formation> Order = new Sorting<Formation>(one => one.Id).Text("type", one => one.Type.Value, isUnique: true).Id();

    public static void MapFormation(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/formation", List).WithName("formation.list");
        routes.MapPatch("/apps/{app}/formation", UpdateMany).WithName("formation.update").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/formation/{type}", Get).WithName("formation.show");
        routes.MapPatch("/apps/{app}/formation/{type}", UpdateOne).WithName("formation.update-one").Needs(AppPermission.Operate);
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(Order.Page(context, await FormationAsync(request, cancel)), ContractsJson.Default.IReadOnlyListFormation);

    private static async Task<IResult> Get(string type, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(Named(await FormationAsync(request, cancel), type), ContractsJson.Default.Formation);

    private static async Task<IResult> UpdateMany(
        HttpContext context, AppRequest request, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.BatchFormationRequest);
        var formation = await ScaleAsync(request, body.Updates ?? [], events, reconciler, time, cancel);
        return ApiJson.Ok(formation, ContractsJson.Default.IReadOnlyListFormation);
    }

    private static async Task<IResult> UpdateOne(
        string type, HttpContext context, AppRequest request, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.FormationUpdate);
        var formation = await ScaleAsync(request, [body with { Type = type }], events, reconciler, time, cancel);
        return ApiJson.Ok(Named(formation, type), ContractsJson.Default.Formation);
    }

    private static async Task<IReadOnlyList<Formation>> ScaleAsync(
        AppRequest request, IReadOnlyList<FormationUpdate> updates, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        if (updates.FirstOrDefault(update => update.DockerImage is not null) is { } released) throw NoImageIds(request, released);
        var known = await FormationAsync(request, cancel);
        var rows = await request.Store.Formations.Where(row => row.AppId == request.App.Id).ToDictionaryAsync(row => row.ProcessType, cancel);
        var now = time.GetUtcNow();
        foreach (var update in updates)
        {
            var before = Named(known, update.Type);
            var quantity = update.Quantity?.From(before.Quantity) ?? before.Quantity;
            if (quantity is < 0 or > MaxQuantity)
            {
                throw new SlipwayException(422, new SlipwayError("invalid_quantity", $"{quantity} is not a number of instances.")
                {
                    Why = $"It may be 0 to {MaxQuantity}.",
                });
            }

            if (!rows.TryGetValue(update.Type, out var row))
            {
                row = new FormationRow { Uuid = before.Id, AppId = request.App.Id, ProcessType = update.Type, Quantity = before.Quantity, Size = before.Size, CreatedAt = now };
                rows.Add(update.Type, row);
                request.Store.Formations.Add(row);
            }

            row.Quantity = (int)quantity;
            row.Size = update.Size is null ? row.Size : InstanceSize.Named(update.Size).Name;
            row.UpdatedAt = now;
            events.Add(request.Store, request.Actor.Email, "formation.update", EventTarget.Of(request.App),
                Show(before.Type.Value, before.Quantity, before.Size), Show(row.ProcessType, row.Quantity, row.Size));
        }

        await request.Store.SaveChangesAsync(cancel);
        reconciler.Wake();
        return await FormationAsync(request, cancel);
    }

    private static SlipwayException NoImageIds(AppRequest request, FormationUpdate update) => new(422, new SlipwayError("docker_image_unsupported", "An image is not released by its id here.")
    {
        Why = $"docker_image is {TypedName.Quote(update.DockerImage)}, which does not say where it is: Slipway has no registry of its own to find it in. Nothing was changed.",
        Next = $"Push it to a registry, then deploy it by its name: slipway deploy --app {request.App.Name} --image registry.example.org/{request.App.Name}/{update.Type}:latest",
    });

    private static string Show(string type, int quantity, string size) => $"{type}={quantity}:{size}";

    /// <summary>The process types of the release that serves, as scaled; what was never scaled stands at its default.</summary>
    internal static async Task<IReadOnlyList<Formation>> FormationAsync(AppRequest request, CancellationToken cancel)
    {
        var json = await request.Store.Releases.Where(row => row.Id == request.App.CurrentReleaseId).Select(row => row.ProcessTypes).FirstOrDefaultAsync(cancel);
        if (json is null) return [];
        var types = JsonSerializer.Deserialize(json, ContractsJson.Default.IReadOnlyDictionaryStringString)!;
        var rows = await request.Store.Formations.Where(row => row.AppId == request.App.Id).ToDictionaryAsync(row => row.ProcessType, cancel);
        return [.. from type in types
                   where type.Key != "release"
                   orderby type.Key != "web", type.Key
                   select View(request.App, type.Key, type.Value, rows.GetValueOrDefault(type.Key))];
    }

    internal static Formation View(AppRow app, string type, string command, FormationRow? row) => new()
    {
        Id = row?.Uuid ?? StableId.Of(app.Uuid, type),
        Type = ProcessType.Parse(type),
        Quantity = row?.Quantity ?? (type == "web" ? 1 : 0),
        Command = command,
        App = new Reference(app.Uuid, app.Name),
        Size = row?.Size ?? InstanceSize.Default.Name,
        CreatedAt = row?.CreatedAt ?? app.CreatedAt,
        UpdatedAt = row?.UpdatedAt ?? app.CreatedAt,
    };

    private static Formation Named(IReadOnlyList<Formation> formation, string? type) =>
        formation.FirstOrDefault(one => one.Type.Value == type || one.Id.ToString() == type)
        ?? throw new SlipwayException(404, new SlipwayError("unknown_process_type", $"The app has no process type {TypedName.Quote(type)}.")
        {
            Why = formation.Count == 0 ? "It has no release yet." : $"Its release has {string.Join(", ", formation.Select(one => one.Type.Value))}.",
            Next = formation.Count == 0 ? "slipway deploy" : "Add it to the Procfile and deploy.",
        });
}

/// <summary>UUIDs for things that the API must name by one and the platform does not.</summary>
internal static class StableId
{
    /// <summary>Always the same for the same name; an RFC 9562 version 8 UUID.</summary>
    public static Guid Of(Guid scope, string name)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}/{name}"), hash);
        hash[6] = (byte)(hash[6] & 0x0F | 0x80);
        hash[8] = (byte)(hash[8] & 0x3F | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
