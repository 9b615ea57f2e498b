namespace Slipway.Control.Manual;

/// <summary>The API's description, for programs and for people. It says nothing of this server's apps, so it is open to all.</summary>
internal static class ReferenceRoutes
{
    public const string DocumentPath = "/slipway/openapi.json";
    public const string PagePath = "/slipway/reference";

    public static IServiceCollection AddReference(this IServiceCollection services) => services.AddSingleton<OpenApi>();

    public static void MapReference(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(DocumentPath, Document).WithName("reference.document").AllowAnonymous();
        routes.MapGet(PagePath, (OpenApi api) => ReferencePage.Draw(api.Document)).WithName("dashboard.reference").AllowAnonymous();
    }

    private static IResult Document(OpenApi api) => TypedResults.Text(api.Document.ToJsonString(), "application/json; charset=utf-8");
}
