using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Slipway.Control.Secrets;

namespace Slipway.Control.Access;

/// <summary>
/// URLs that are their own permission, as Heroku's API hands them out for uploads and streams: what they allow, for whom
/// and until when is in the token, signed with the server's key. So they hold across restarts and need no table.
/// </summary>
internal sealed class Capabilities(SecretBox secrets, TimeProvider time)
{
    private const int HashBytes = 32;

    private readonly byte[] _key = secrets.DeriveKey("capabilities");

    /// <param name="grant">What is allowed, in words of the one who will check it.</param>
    public string Issue(string grant, TimeSpan validFor)
    {
        var text = Encoding.UTF8.GetBytes(grant);
        var token = new byte[8 + text.Length + HashBytes];
        BinaryPrimitives.WriteInt64BigEndian(token, (time.GetUtcNow() + validFor).ToUnixTimeSeconds());
        text.CopyTo(token, 8);
        HMACSHA256.HashData(_key, token.AsSpan(0, 8 + text.Length), token.AsSpan(8 + text.Length));
        return Base64Url.EncodeToString(token);
    }

    /// <returns>The grant; null when the token was not issued here or has run out.</returns>
    public string? Check(string token)
    {
        if (token.Length > 2000 || !Base64Url.IsValid(token, out var length) || length < 8 + HashBytes) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        var signed = bytes.AsSpan(0, bytes.Length - HashBytes);
        if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, signed), bytes.AsSpan(signed.Length))) return null;
        var until = BinaryPrimitives.ReadInt64BigEndian(signed);
        return time.GetUtcNow().ToUnixTimeSeconds() > until ? null : Encoding.UTF8.GetString(signed[8..]);
    }
}
