using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.Control.Webhooks;

/// <summary>What a forge says of a push, once it was shown to come from it.</summary>
/// <param name="Id">Its own number of the delivery; the same again when it is sent again. Null where it sends none.</param>
/// <param name="Branch">Null when it is no branch's push: a tag, a ping.</param>
internal sealed record Delivery(string? Id, string? Branch, bool IsDeletion)
{
    private const string Branches = "refs/heads/";

    /// <summary>
    /// True when the body was signed with the secret: GitHub's and Gitea's HMAC of it, or GitLab's token, which is the secret
    /// itself. Compared in constant time.
    /// </summary>
    public static bool IsSigned(IHeaderDictionary headers, ReadOnlySpan<byte> body, string secret)
    {
        var key = Encoding.UTF8.GetBytes(secret);
        if (headers["X-Gitlab-Token"].ToString() is { Length: > 0 } token) return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), key);
        var signature = headers["X-Hub-Signature-256"].ToString() is { Length: > 0 } hub ? hub : "sha256=" + headers["X-Gitea-Signature"].ToString();
        var wanted = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(key, body));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(signature.ToLowerInvariant()), Encoding.ASCII.GetBytes(wanted));
    }

    /// <returns>Null when the body is not a forge's JSON.</returns>
    public static Delivery? Parse(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        var id = First(headers, "X-GitHub-Delivery", "X-Gitea-Delivery", "X-Gitlab-Event-UUID");
        if (First(headers, "X-GitHub-Event", "X-Gitea-Event", "X-Gitlab-Event") is not ("push" or "Push Hook")) return new Delivery(id, null, false);
        try
        {
            // GitHub's other content type: a form with one field.
            using var json = body.StartsWith("payload="u8)
                ? JsonDocument.Parse(Uri.UnescapeDataString(Encoding.UTF8.GetString(body["payload=".Length..]).Replace('+', ' ')))
                : JsonDocument.Parse(body.ToArray());
            if (json.RootElement.ValueKind != JsonValueKind.Object) return null;
            var name = Text(json.RootElement, "ref");
            var branch = name?.StartsWith(Branches, StringComparison.Ordinal) == true ? name[Branches.Length..] : null;
            return new Delivery(id, branch, Text(json.RootElement, "after")?.All(digit => digit == '0') == true);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? First(IHeaderDictionary headers, params string[] names) =>
        names.Select(name => headers[name].ToString()).FirstOrDefault(value => value.Length is > 0 and <= 100);

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
