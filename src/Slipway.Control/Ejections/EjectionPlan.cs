using Slipway.Contracts.Api;
using Slipway.Control.Ejections.Recipes;

namespace Slipway.Control.Ejections;

/// <summary>Everything that is taken out: the texts, and where the large files are to be read.</summary>
internal static class EjectionPlan
{
    /// <param name="address">Of the app's ejection: what its parts' addresses begin with.</param>
    public static Ejection Of(EjectedApp app, string address) => new(app.Name, app.Release,
        [
            Guide.File(app), Environment(app), .. OciLayout.Files(app), .. ContainerRecipe.Files(app), .. SystemdRecipe.Files(app), .. KubernetesRecipe.Files(app),
            .. app.Databases.Where(database => database.Elsewhere.CreateSql is not null).Select(database => new EjectedFile(database.Create, database.Elsewhere.CreateSql!, Secret: true)),
        ],
        [
            .. app.Databases.Where(database => database.Elsewhere.KeepsData).Select(database => new EjectedPart(database.Dump, $"{address}/databases/{database.Addon}", $"{database.Kind.HumanName} {database.Attachment}", null, null)),
            .. app.Volumes.Keys.Order(StringComparer.Ordinal).Select(volume => new EjectedPart($"volumes/{volume}.tar", $"{address}/volumes/{volume}", $"volume {volume}", null, null)),
            // Last, for they take longest and never change: what an app writes is taken while the texts are fresh.
            .. app.Layers.DistinctBy(layer => layer.Sha256).Select((layer, at) => new EjectedPart(layer.Path, $"{address}/layers/{layer.Digest}", $"layer {at + 1} of {app.Layers.Count}", layer.Bytes, layer.Sha256)),
        ]);

    private static EjectedFile Environment(EjectedApp app) => new(".env", EnvFile.Write(
        [$"{app.Name} v{app.Release}. It holds secrets.", "SLIPWAY_DOMAINS and SLIPWAY_ORIGINS: where it answers. The app reads them; Slipway itself is not needed."], app.Environment), Secret: true);
}
