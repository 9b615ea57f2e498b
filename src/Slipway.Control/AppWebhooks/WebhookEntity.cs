using Slipway.Contracts.Deploys;
using Slipway.Control.Certificates;
using Slipway.Control.Store;

namespace Slipway.Control.AppWebhooks;

/// <summary>What webhooks can be told of, by the names that Heroku has for them.</summary>
internal static class WebhookEntity
{
    public const string Dyno = "dyno";

    public static readonly IReadOnlyList<string> All =
    [
        "api:addon", "api:addon-attachment", "api:app", "api:build", "api:collaborator", "api:domain", "api:formation", "api:release", "api:sni-endpoint", Dyno,
    ];

    /// <returns>Null for a row that is of none of them.</returns>
    public static string? Of(object row) => row switch
    {
        AddonRow => "api:addon",
        AddonAttachmentRow => "api:addon-attachment",
        AppRow => "api:app",
        DeployRow { Kind: DeployKind.Source or DeployKind.Setup } => "api:build",
        CollaboratorRow => "api:collaborator",
        DomainRow => "api:domain",
        FormationRow => "api:formation",
        ReleaseRow => "api:release",
        CertificateRow { AppId: not null, Kind: CertificateKind.Uploaded or CertificateKind.Acme } => "api:sni-endpoint",
        _ => null,
    };

    /// <summary>The app that a row is of, by the store's number.</summary>
    public static long AppIdOf(object row) => row switch
    {
        AddonRow one => one.AppId,
        AddonAttachmentRow one => one.AppId,
        AppRow one => one.Id,
        DeployRow one => one.AppId,
        CollaboratorRow one => one.AppId,
        DomainRow one => one.AppId,
        FormationRow one => one.AppId,
        ReleaseRow one => one.AppId,
        CertificateRow one => one.AppId!.Value,
        _ => throw new ArgumentException($"{row.GetType().Name} is of no app."),
    };
}
