using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Routing;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Certificates;

/// <summary>Certificates on their way into the store and out of it.</summary>
internal static class CertificateRows
{
    public static CertificateRow New(string kind, long? appId, string name, CertificateText text, SecretBox secrets, DateTimeOffset now)
    {
        var row = new CertificateRow
        {
            Uuid = Guid.NewGuid(), AppId = appId, Kind = kind, Name = name, FileId = "", Chain = "", Key = "", Names = "", CreatedAt = now,
        };
        row.Set(text, secrets, now);
        return row;
    }

    public static void Set(this CertificateRow row, CertificateText text, SecretBox secrets, DateTimeOffset now)
    {
        row.Chain = text.Chain;
        row.Key = secrets.Seal(text.Key);
        row.FileId = CertificateFile.IdOf(text.Chain);
        row.Names = JsonSerializer.Serialize(text.Names, ContractsJson.Default.IReadOnlyListString);
        row.StartsAt = text.From;
        row.ExpiresAt = text.Until;
        row.UpdatedAt = now;
    }

    public static IReadOnlyList<string> NamesOf(string names) => JsonSerializer.Deserialize(names, ContractsJson.Default.IReadOnlyListString)!;
}
