using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Slipway.Contracts.Errors;

namespace Slipway.Control.Keys;

/// <summary>A public key of SSH, as its file has it: type, base64, comment.</summary>
/// <param name="Type">One that sshd accepts.</param>
/// <param name="Blob">Base64 of exactly one key of that type.</param>
/// <param name="Comment">For people; empty where there is none.</param>
internal sealed record PublicKey(string Type, string Blob, string Comment)
{
    private const int MinRsaBits = 2048;
    private const int MaxBytes = 16 * 1024;

    private static readonly string[] Types =
    [
        "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com", "ssh-rsa",
    ];

    /// <summary><c>SHA256:…</c>, as <c>ssh-keygen -l</c> prints it.</summary>
    public string Fingerprint => "SHA256:" + Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(Blob))).TrimEnd('=');

    public override string ToString() => Comment.Length == 0 ? $"{Type} {Blob}" : $"{Type} {Blob} {Comment}";

    /// <exception cref="SlipwayException">422 <c>invalid_key</c>.</exception>
    public static PublicKey Parse(string? text)
    {
        var line = (text ?? "").Trim();
        if (line.StartsWith("-----BEGIN", StringComparison.Ordinal)) throw Invalid("It is a private key, or one in another form. It was not stored.");
        if (line.Any(char.IsControl)) throw Invalid("It is more than one line.");
        if (line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) is not [var type, var blob, .. var rest]) throw Invalid("It is not of the form 'TYPE BASE64 COMMENT'.");
        if (!Types.Contains(type)) throw Invalid($"Its type is none of {string.Join(", ", Types)}.");
        var bytes = new byte[MaxBytes];
        if (blob.Length > MaxBytes || !Convert.TryFromBase64String(blob, bytes, out var length) || !IsOfType(bytes.AsSpan(0, length), type))
            throw Invalid($"Its second word is not the base64 of an {type} key.");
        var comment = rest is [var words] ? words.Trim() : "";
        // Written anew, so that what is compared with sshd's question is the same text.
        return new PublicKey(type, Convert.ToBase64String(bytes.AsSpan(0, length)), comment.Length > 200 ? comment[..200] : comment);
    }

    private static bool IsOfType(ReadOnlySpan<byte> blob, string type)
    {
        if (!TryTake(ref blob, out var name) || !name.SequenceEqual(Encoding.ASCII.GetBytes(type)) || blob.IsEmpty) return false;
        if (type != "ssh-rsa") return true;
        if (!TryTake(ref blob, out _) || !TryTake(ref blob, out var modulus)) return false;
        var bits = modulus.TrimStart((byte)0).Length * 8;
        return bits >= MinRsaBits ? true : throw Invalid($"An RSA key needs {MinRsaBits} bits; this one has {bits}.");
    }

    /// <summary>A field of SSH's wire format: four bytes of length, big endian, then as many bytes.</summary>
    private static bool TryTake(ref ReadOnlySpan<byte> from, out ReadOnlySpan<byte> field)
    {
        field = default;
        if (from.Length < 4 || BinaryPrimitives.ReadInt32BigEndian(from) is var length && (length < 0 || length > from.Length - 4)) return false;
        field = from.Slice(4, length);
        from = from[(4 + length)..];
        return true;
    }

    private static SlipwayException Invalid(string why) => new(422, new SlipwayError("invalid_key", "That is not a public SSH key that can be used here.")
    {
        Why = why,
        Next = "ssh-keygen -t ed25519 makes one; slipway keys add sends the file that ends in .pub",
    });
}
