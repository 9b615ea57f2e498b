using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Diagnoses;
using Slipway.Control.Access;
using Slipway.Control.Api.Lists;
using Slipway.Control.Diagnoses;
using Slipway.Control.Store;

namespace Slipway.Control.Api;

/// <summary>Why a deploy failed, or an app that runs fails, and what those diagnoses were made of.</summary>
internal static class DiagnosesApi
{
    private static readonly Sorting<DiagnosisRow> Order = new Sorting<DiagnosisRow>(row => row.Uuid).Time("at", row => row.At).Id();

    public static void MapDiagnoses(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/slipway/apps/{app}/diagnoses", List).WithName("diagnosis.list");
        routes.MapPost("/slipway/apps/{app}/diagnoses", Examine).WithName("diagnosis.make").Needs(AppPermission.View);
        routes.MapGet("/slipway/apps/{app}/diagnoses/{diagnosis}", Get).WithName("diagnosis.show");
        routes.MapGet("/slipway/apps/{app}/diagnoses/{diagnosis}/facts", FactsOf).WithName("diagnosis.facts").Needs(AppPermission.Deploy);
        routes.MapGet("/slipway/apps/{app}/deploys/{deploy}/diagnosis", OfDeploy).WithName("deploy.diagnosis");
        routes.MapGet("/slipway/apps/{app}/facts", FactsNow).WithName("facts.show").Needs(AppPermission.Deploy);
    }

    /// <summary>Newest first.</summary>
    private static async Task<IResult> List(HttpContext context, AppRequest request, CancellationToken cancel)
    {
        var rows = await Order.PageAsync(context, Of(request), cancel, newestFirst: true);
        return ApiJson.Ok([.. rows.Select(DiagnosisLedger.View)], ContractsJson.Default.IReadOnlyListStoredDiagnosis);
    }

    /// <summary>Looks at the app as it runs now.</summary>
    private static async Task<IResult> Examine(AppRequest request, Examiner examiner, CancellationToken cancel) =>
        ApiJson.Ok(await examiner.OfRunningAsync(request.App, cancel), ContractsJson.Default.Examination);

    private static async Task<IResult> Get(string diagnosis, AppRequest request, CancellationToken cancel) =>
        ApiJson.Ok(DiagnosisLedger.View(await FindAsync(request, diagnosis, cancel)), ContractsJson.Default.StoredDiagnosis);

    private static async Task<IResult> OfDeploy(string deploy, AppRequest request, CancellationToken cancel) =>
        Guid.TryParse(deploy, out var uuid) && await Of(request).FirstOrDefaultAsync(row => row.Deploy!.Uuid == uuid, cancel) is { } row
            ? ApiJson.Ok(DiagnosisLedger.View(row), ContractsJson.Default.StoredDiagnosis)
            : throw AppRequest.NotFound("diagnosis", deploy);

    /// <summary>What a diagnosis was made of: with these, and the source, the rules come to the same again.</summary>
    private static async Task<IResult> FactsOf(string diagnosis, AppRequest request, CancellationToken cancel) =>
        TypedResults.Text((await FindAsync(request, diagnosis, cancel)).Facts, "application/json");

    /// <summary>The same of the app as it runs now.</summary>
    private static async Task<IResult> FactsNow(AppRequest request, Gatherer gatherer, CancellationToken cancel) =>
        TypedResults.Text((await gatherer.OfRunningAsync(request.App, cancel))[0].ToJson(), "application/json");

    private static async Task<DiagnosisRow> FindAsync(AppRequest request, string named, CancellationToken cancel) =>
        (Guid.TryParse(named, out var uuid) ? await Of(request).FirstOrDefaultAsync(row => row.Uuid == uuid, cancel) : null)
        ?? throw AppRequest.NotFound("diagnosis", named);

    private static IQueryable<DiagnosisRow> Of(AppRequest request) =>
        request.Store.Diagnoses.Include(row => row.Deploy).AsNoTracking().Where(row => row.AppId == request.App.Id);
}
