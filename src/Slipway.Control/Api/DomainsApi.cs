using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;
using Slipway.Control.Certificates;
using Slipway.Control.Certificates.Acme;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Events;
using Slipway.Control.Reconcile;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

internal static class DomainsApi
{
    private static readonly Sorting<Domain> Order =
        new Sorting<Domain>(domain => domain.Id).Time("created_at", domain => domain.CreatedAt).Text("hostname", domain => domain.Hostname.Value, isUnique: true).Id();

    public static void MapDomains(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/domains", List).WithName("domain.list");
        routes.MapPost("/apps/{app}/domains", Create).WithName("domain.create").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/domains/{domain}", Get).WithName("domain.show");
        routes.MapPatch("/apps/{app}/domains/{domain}", Update).WithName("domain.update").Needs(AppPermission.Operate);
        routes.MapDelete("/apps/{app}/domains/{domain}", Delete).WithName("domain.delete").Needs(AppPermission.Operate);
    }

    private static async Task<IResult> List(HttpContext context, AppRequest request, ServerConfig server, CancellationToken cancel)
    {
        var rows = await request.Store.Domains.AsNoTracking().Where(row => row.AppId == request.App.Id).OrderBy(row => row.Hostname).ToListAsync(cancel);
        var certificates = await SniEndpointsApi.NamesAsync(request, cancel);
        return ApiJson.Ok(Order.Page(context, rows.Select(row => View(request.App, server, row, certificates)).Prepend(Own(request, server))), ContractsJson.Default.IReadOnlyListDomain);
    }

    private static async Task<IResult> Get(string domain, AppRequest request, ServerConfig server, CancellationToken cancel)
    {
        var own = Own(request, server);
        var isOwn = domain == own.Hostname.Value || domain == own.Id.ToString();
        return ApiJson.Ok(isOwn ? own : View(request.App, server, await FindAsync(request, domain, cancel), await SniEndpointsApi.NamesAsync(request, cancel)), ContractsJson.Default.Domain);
    }

    private static async Task<IResult> Create(
        HttpContext context, AppRequest request, ServerConfig server, EventLog events, Reconciler reconciler, AcmeKeeper acme, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.CreateDomainRequest);
        var hostname = Check(body.Hostname, server);
        var certificate = body.SniEndpoint is { } named ? await SniEndpointsApi.CoveringAsync(request, named, hostname, cancel) : await SniEndpointsApi.OnlyCoveringAsync(request, hostname, cancel);
        var row = new DomainRow { Uuid = Guid.NewGuid(), AppId = request.App.Id, Hostname = hostname.Value, CertificateId = certificate?.Id, CreatedAt = time.GetUtcNow() };
        request.Store.Domains.Add(row);
        events.Add(request.Store, request.Actor.Email, "domain.create", EventTarget.Of(request.App), after: hostname.Value);
        try
        {
            await request.Store.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            throw new SlipwayException(422, new SlipwayError("domain_taken", $"{hostname} belongs to an app already.")
            {
                Next = "Remove it there first: slipway domains remove",
            });
        }

        reconciler.Wake();
        if (request.App.Acm) acme.Wake();
        return ApiJson.Created(View(request.App, server, row, await SniEndpointsApi.NamesAsync(request, cancel)), ContractsJson.Default.Domain);
    }

    /// <summary>Which certificate the domain has.</summary>
    private static async Task<IResult> Update(
        string domain, HttpContext context, AppRequest request, ServerConfig server, EventLog events, Reconciler reconciler, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.UpdateDomainRequest);
        var row = await FindAsync(request, domain, cancel);
        var certificate = body.SniEndpoint is { } named ? await SniEndpointsApi.CoveringAsync(request, named, DomainName.Parse(row.Hostname), cancel) : null;
        row.CertificateId = certificate?.Id;
        events.Add(request.Store, request.Actor.Email, "domain.update", EventTarget.Of(request.App), after: $"{row.Hostname} with {certificate?.Name ?? "the best certificate there is"}");
        await request.Store.SaveChangesAsync(cancel);
        reconciler.Wake();
        return ApiJson.Ok(View(request.App, server, row, await SniEndpointsApi.NamesAsync(request, cancel)), ContractsJson.Default.Domain);
    }

    private static async Task<IResult> Delete(
        string domain, AppRequest request, ServerConfig server, EventLog events, Reconciler reconciler, CancellationToken cancel)
    {
        var row = await FindAsync(request, domain, cancel);
        request.Store.Domains.Remove(row);
        // One domain, one such certificate: without it nobody would renew or remove it.
        var issued = await request.Store.Certificates.Where(one => one.AppId == request.App.Id && one.Kind == CertificateKind.Acme).ToListAsync(cancel);
        request.Store.Certificates.RemoveRange(issued.Where(one => CertificateRows.NamesOf(one.Names) is [var only] && only == row.Hostname));
        events.Add(request.Store, request.Actor.Email, "domain.delete", EventTarget.Of(request.App), before: row.Hostname);
        await request.Store.SaveChangesAsync(cancel);
        reconciler.Wake();
        return ApiJson.Ok(View(request.App, server, row, await SniEndpointsApi.NamesAsync(request, cancel)), ContractsJson.Default.Domain);
    }

    /// <summary>A name as people type it: letters of any script and case.</summary>
    private static DomainName Check(string? text, ServerConfig server)
    {
        var ascii = text?.Trim().TrimEnd('.').ToLowerInvariant();
        try
        {
            if (!string.IsNullOrEmpty(ascii)) ascii = new IdnMapping().GetAscii(ascii);
        }
        catch (ArgumentException)
        {
            ascii = text; // the rule below says what is wrong with it
        }

        var name = DomainName.Parse(ascii);
        var bare = name.Value.StartsWith("*.", StringComparison.Ordinal) ? name.Value[2..] : name.Value;
        return bare != server.Domain && !bare.EndsWith("." + server.Domain, StringComparison.Ordinal) && !ServerConfig.LoopbackHosts.Contains(bare)
            ? name
            : throw new SlipwayException(422, new SlipwayError("reserved_domain", $"{name} cannot be added.")
            {
                Why = $"Host names below {server.Domain} belong to this server: each app has NAME.{server.Domain} by its name.",
            });
    }

    private static async Task<DomainRow> FindAsync(AppRequest request, string named, CancellationToken cancel)
    {
        var rows = request.Store.Domains.Where(row => row.AppId == request.App.Id);
        var found = Guid.TryParse(named, out var uuid)
            ? await rows.FirstOrDefaultAsync(row => row.Uuid == uuid, cancel)
            : await rows.FirstOrDefaultAsync(row => row.Hostname == named, cancel);
        return found ?? throw AppRequest.NotFound("domain", named);
    }

    /// <summary>The host name that every app has; Heroku calls this kind its own name, and its clients look for that.</summary>
    private static Domain Own(AppRequest request, ServerConfig server)
    {
        var host = DomainName.Parse($"{request.App.Name}.{server.Domain}");
        return new Domain(StableId.Of(request.App.Uuid, host.Value), host, "heroku", null, "none", null, null, null, request.Reference, request.App.CreatedAt, request.App.CreatedAt);
    }

    internal static Domain View(AppRow app, ServerConfig server, DomainRow row, IReadOnlyDictionary<long, Reference> certificates) => new(
        row.Uuid, DomainName.Parse(row.Hostname), "custom", $"{app.Name}.{server.Domain}", "succeeded", app.Acm ? row.AcmStatus ?? "pending" : null, app.Acm ? row.AcmReason : null,
        row.CertificateId is { } id ? certificates.GetValueOrDefault(id) : null, new Reference(app.Uuid, app.Name), row.CreatedAt, row.CreatedAt);
}
