using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Store;

namespace Slipway.Control.Secrets;

/// <summary>
/// Seals what the store keeps of config vars and passwords with AES-256-GCM, so that a copied database (a backup, a
/// support bundle) tells nothing without the key file. Thread safe.
/// </summary>
internal sealed class SecretBox
{
    private const string Prefix = "v1:";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key;

    public SecretBox(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 32);
        _key = key.ToArray();
    }

    public static string KeyFile(ServerConfig server) => Path.Combine(server.ControlDirectory, "keys", "master.key");

    /// <summary>Reads the server's key; makes it (0600) on a server that has no database yet.</summary>
    /// <exception cref="SlipwayException">There is a database but not its key: a new key could not open what is in it.</exception>
    public static SecretBox Load(ServerConfig server)
    {
        var file = KeyFile(server);
        if (!File.Exists(file))
        {
            if (File.Exists(server.DatabaseFile())) throw KeyError(file, "The file is missing.");
            Create(file);
        }

        var key = Convert.FromBase64String(File.ReadAllText(file).Trim());
        return key.Length == 32 ? new SecretBox(key) : throw KeyError(file, "It does not hold 32 bytes in base64.");
    }

    public string Seal(string plain)
    {
        var text = Encoding.UTF8.GetBytes(plain);
        var box = new byte[NonceBytes + text.Length + TagBytes];
        var nonce = box.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, text, box.AsSpan(NonceBytes, text.Length), box.AsSpan(NonceBytes + text.Length));
        return Prefix + Convert.ToBase64String(box);
    }

    /// <exception cref="CryptographicException">It was not sealed with this key, or was changed since.</exception>
    public string Open(string box)
    {
        if (!box.StartsWith(Prefix, StringComparison.Ordinal)) throw new CryptographicException("Not a sealed text.");
        var bytes = Convert.FromBase64String(box[Prefix.Length..]);
        var length = bytes.Length - NonceBytes - TagBytes;
        if (length < 0) throw new CryptographicException("A sealed text was cut short.");
        var text = new byte[length];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes, length), bytes.AsSpan(NonceBytes + length), text);
        return Encoding.UTF8.GetString(text);
    }

    /// <summary>A key for another use, from which neither this key nor any other can be found.</summary>
    public byte[] DeriveKey(string use) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, info: Encoding.UTF8.GetBytes(use));

    public string SealMap(IReadOnlyDictionary<string, string> map) =>
        Seal(JsonSerializer.Serialize(map, ContractsJson.Default.IReadOnlyDictionaryStringString));

    public Dictionary<string, string> OpenMap(string box) =>
        new(JsonSerializer.Deserialize(Open(box), ContractsJson.Default.IReadOnlyDictionaryStringString)!, StringComparer.Ordinal);

    private static void Create(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var aside = file + ".new";
        File.Delete(aside);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var stream = new FileStream(aside, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(aside, file);
    }

    private static SlipwayException KeyError(string file, string why) =>
        new(500, new SlipwayError("master_key_unusable", $"{file}, the key to the secrets in the database, cannot be used.")
        {
            Why = why,
            Next = "Restore the file from your backup; without it the config vars in the database cannot be read.",
        });
}
