using System.Security.Cryptography;
using System.Text;
using Slipway.Contracts.Server;
using Slipway.Control.Secrets;
using Slipway.Control.Store;

namespace Slipway.Control.Errors;

/// <summary>
/// The key that an app's instances send errors with. It follows from the server's own key and the app, so there is nothing to
/// keep. It permits to send, and nothing else.
/// </summary>
internal sealed class ErrorKeys(ServerConfig server, SecretBox secrets)
{
    private readonly byte[] _key = secrets.DeriveKey("errors");

    public string KeyOf(Guid app) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, app.ToByteArray()).AsSpan(0, 16));

    /// <summary>Where an SDK in the app sends to; null when the server takes none. SDKs want a project that is a number.</summary>
    public Uri? DsnOf(AppRow app) => server.ErrorsPort == 0 ? null : new Uri($"http://{KeyOf(app.Uuid)}@{server.Gateway}:{server.ErrorsPort}/{app.Id}");

    public static bool Same(string said, string key) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(said), Encoding.UTF8.GetBytes(key));
}
