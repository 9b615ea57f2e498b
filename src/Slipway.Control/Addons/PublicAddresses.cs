using Slipway.Contracts.Server;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>
/// Where people reach an exposed database: at the server's own host and <see cref="PostgresDoor"/>'s port, over TLS. Instances
/// keep using the address on their network; the API shows people this one, and takes it back for the other.
/// </summary>
internal sealed class PublicAddresses(ServerConfig server)
{
    private const string InternalHost = $"postgres.{AddonUrl.Domain}";
    private const string Suffix = "?sslmode=require";

    private string Host => server.Domain == "localhost" ? "localhost" : server.ControlHost;

    /// <param name="url">The add-on's own.</param>
    public string Show(AddonRow addon, string url) => addon.Exposed && IsOpen ? Show(url) : url;

    /// <summary>Config vars as a person may use them. What differs is only the address: name and password are the same.</summary>
    /// <param name="exposed">Addresses of exposed add-ons that the app has.</param>
    public Dictionary<string, string> Show(IReadOnlyDictionary<string, string> config, IReadOnlyCollection<string> exposed) =>
        config.ToDictionary(pair => pair.Key, pair => IsOpen && exposed.Contains(pair.Value) ? Show(pair.Value) : pair.Value, StringComparer.Ordinal);

    /// <summary>The internal address of one that <see cref="Show(AddonRow, string)"/> gave out; any other as it is.</summary>
    public string Hide(string url)
    {
        if (!url.StartsWith("postgres://", StringComparison.Ordinal) || !Uri.TryCreate(url, UriKind.Absolute, out var given)) return url;
        return given.Host == Host && given.Port == server.PostgresPort ? $"postgres://{given.UserInfo}@{InternalHost}:5432{given.AbsolutePath}" : url;
    }

    private bool IsOpen => server.PostgresPort > 0;

    private string Show(string url)
    {
        var address = new Uri(url);
        return $"postgres://{address.UserInfo}@{Host}:{server.PostgresPort}{address.AbsolutePath}{Suffix}";
    }
}
