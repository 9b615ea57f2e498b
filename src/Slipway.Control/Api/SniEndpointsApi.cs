using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Apps;
using Slipway.Control.Certificates;
using Slipway.Control.Events;
using Slipway.Control.Reconcile;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Certificates that users bring. Heroku calls them SNI endpoints, for each was once a place of its own.</summary>
internal static class SniEndpointsApi
{
    private static readonly Sorting<CertificateRow> Order = new Sorting<CertificateRow>(row => row.Uuid).Time("created_at", row => row.CreatedAt).Id();

    public static void MapSniEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/apps/{app}/sni-endpoints", List).WithName("sni-endpoint.list");
        routes.MapPost("/apps/{app}/sni-endpoints", Create).WithName("sni-endpoint.create").Needs(AppPermission.Operate);
        routes.MapGet("/apps/{app}/sni-endpoints/{endpoint}", Get).WithName("sni-endpoint.show");
        routes.MapPatch("/apps/{app}/sni-endpoints/{endpoint}", Update).WithName("sni-endpoint.update").Needs(AppPermission.Operate);
        routes.MapDelete("/apps/{app}/sni-endpoints/{endpoint}", Delete).WithName("sni-endpoint.delete").Needs(AppPermission.Operate);
    }

    /// <summary>By the certificate's row.</summary>
    public static async Task<IReadOnlyDictionary<long, Reference>> NamesAsync(AppRequest request, CancellationToken cancel) =>
        await Of(request).ToDictionaryAsync(row => row.Id, row => new Reference(row.Uuid, row.Name), cancel);

    /// <exception cref="SlipwayException">404, or 422 <c>domain_not_covered</c>.</exception>
    public static async Task<CertificateRow> CoveringAsync(AppRequest request, string named, DomainName host, CancellationToken cancel)
    {
        var row = await FindAsync(request, named, cancel);
        return IsFor(row, host.Value) ? row : throw CertificateErrors.NotCovered(host.Value, CertificateRows.NamesOf(row.Names));
    }

    /// <summary>The certificate that nobody has to choose, for there is only one for the host.</summary>
    public static async Task<CertificateRow?> OnlyCoveringAsync(AppRequest request, DomainName host, CancellationToken cancel) =>
        (await Of(request).ToListAsync(cancel)).Where(row => IsFor(row, host.Value)).ToList() is [var only] ? only : null;

    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var (rows, domains) = (await Order.PageAsync(context, Of(request), cancel), await DomainsAsync(request, cancel));
        return ApiJson.Ok([.. rows.Select(row => View(request.Reference, row, domains))], ContractsJson.Default.IReadOnlyListSniEndpoint);
    }

    private static async Task<IResult> Get(string endpoint, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(View(request.Reference, await FindAsync(request, endpoint, cancel), await DomainsAsync(request, cancel)), ContractsJson.Default.SniEndpoint);

    /// <summary>Serves at once the app's domains that it is for and that have none.</summary>
    private static async Task<IResult> Create(
        HttpContext context, AppRequest request, SecretBox secrets, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.SniEndpointRequest);
        var text = CertificateText.Check(body.CertificateChain, body.PrivateKey, time.GetUtcNow());
        var row = CertificateRows.New(CertificateKind.Uploaded, request.App.Id, AppNames.Generate().Value, text, secrets, time.GetUtcNow());
        request.Store.Certificates.Add(row);
        await request.Store.SaveChangesAsync(cancel);
        foreach (var domain in await request.Store.Domains.Where(one => one.AppId == request.App.Id && one.CertificateId == null).ToListAsync(cancel))
            if (IsFor(row, domain.Hostname)) domain.CertificateId = row.Id;
        events.Add(request.Store, request.Actor.Email, "certificate.create", EventTarget.Of(request.App), after: Words(row));
        await request.Store.SaveChangesAsync(cancel);
        reconciler.Wake();
        return ApiJson.Created(View(request.Reference, row, await DomainsAsync(request, cancel)), ContractsJson.Default.SniEndpoint);
    }

    /// <summary>A renewed certificate in place of the old one; its domains stay.</summary>
    private static async Task<IResult> Update(
        string endpoint, HttpContext context, AppRequest request, SecretBox secrets, EventLog events, Reconciler reconciler, TimeProvider time, CancellationToken cancel)
    {
        var body = await context.ReadAsync(ContractsJson.Default.SniEndpointRequest);
        var row = await FindAsync(request, endpoint, cancel);
        var text = CertificateText.Check(body.CertificateChain, body.PrivateKey, time.GetUtcNow());
        var (before, domains) = (Words(row), await DomainsAsync(request, cancel));
        if (domains[row.Id].FirstOrDefault(domain => !text.Names.Any(name => CertificateText.Covers(name, domain.Hostname))) is { } lost)
            throw CertificateErrors.NotCovered(lost.Hostname, text.Names);
        row.Set(text, secrets, time.GetUtcNow());
        events.Add(request.Store, request.Actor.Email, "certificate.update", EventTarget.Of(request.App), before, Words(row));
        await request.Store.SaveChangesAsync(cancel);
        reconciler.Wake();
        return ApiJson.Ok(View(request.Reference, row, domains), ContractsJson.Default.SniEndpoint);
    }

    private static async Task<IResult> Delete(string endpoint, AppRequest request, EventLog events, Reconciler reconciler, CancellationToken cancel)
    {
        var row = await FindAsync(request, endpoint, cancel);
        var view = View(request.Reference, row, await DomainsAsync(request, cancel));
        request.Store.Certificates.Remove(row);
        events.Add(request.Store, request.Actor.Email, "certificate.delete", EventTarget.Of(request.App), before: Words(row));
        await request.Store.SaveChangesAsync(cancel);
        reconciler.Wake();
        return ApiJson.Ok(view, ContractsJson.Default.SniEndpoint);
    }

    private static IQueryable<CertificateRow> Of(AppRequest request) =>
        request.Store.Certificates.Where(row => row.AppId == request.App.Id && (row.Kind == CertificateKind.Uploaded || row.Kind == CertificateKind.Acme));

    private static async Task<CertificateRow> FindAsync(AppRequest request, string named, CancellationToken cancel) =>
        await (Guid.TryParse(named, out var uuid) ? Of(request).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : Of(request).FirstOrDefaultAsync(row => row.Name == named, cancel))
            ?? throw AppRequest.NotFound("certificate", named);

    private static async Task<ILookup<long, DomainRow>> DomainsAsync(AppRequest request, CancellationToken cancel) =>
        (await request.Store.Domains.AsNoTracking().Where(row => row.AppId == request.App.Id && row.CertificateId != null).OrderBy(row => row.Id).ToListAsync(cancel))
            .ToLookup(row => row.CertificateId!.Value);

    private static bool IsFor(CertificateRow row, string host) => CertificateRows.NamesOf(row.Names).Any(name => CertificateText.Covers(name, host));

    private static string Words(CertificateRow row) => $"{row.Name} for {string.Join(", ", CertificateRows.NamesOf(row.Names))}, until {row.ExpiresAt:yyyy-MM-dd}";

    internal static SniEndpoint View(Reference app, CertificateRow row, ILookup<long, DomainRow> domains)
    {
        using var leaf = CertificateText.Leaf(row.Chain);
        return new SniEndpoint
        {
            Id = row.Uuid,
            Name = row.Name,
            App = app,
            CertificateChain = row.Chain,
            Domains = [.. domains[row.Id].Select(domain => domain.Uuid)],
            SslCert = new SslCertificate(
                StableId.Of(row.Uuid, row.FileId), row.Kind == CertificateKind.Acme, CertificateText.IsTrusted(row.Chain), leaf.Subject == leaf.Issuer,
                CertificateRows.NamesOf(row.Names), leaf.Issuer, leaf.Subject, row.StartsAt, row.ExpiresAt),
            CreatedAt = row.CreatedAt,
            UpdatedAt = row.UpdatedAt,
        };
    }
}
