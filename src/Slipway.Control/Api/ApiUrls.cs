using Slipway.Contracts.Server;

namespace Slipway.Control.Api;

/// <summary>Addresses as the outside knows them.</summary>
internal static class ApiUrls
{
    /// <param name="https">The app is served over HTTPS alone.</param>
    public static Uri WebUrl(this ServerConfig server, string app, bool https) => https && server.HttpsPort > 0
        ? new($"https://{app}.{server.Domain}{(server.HttpsPort == 443 ? "" : $":{server.HttpsPort}")}/")
        : new($"http://{app}.{server.Domain}{Port(server)}/");

    public static Uri ApiUrl(this ServerConfig server, string path) => new($"http://{server.ControlHost}{Port(server)}{path}");

    /// <summary>Where sshd listens. Resolvers of most machines do not know <c>*.localhost</c>, so there it is without the first label.</summary>
    public static Uri SshUrl(this ServerConfig server) =>
        new($"ssh://{server.SshUser}@{(server.Domain == "localhost" ? server.Domain : server.ControlHost)}{(server.SshPort == 22 ? "" : $":{server.SshPort}")}/");

    /// <summary>A path of the API at the scheme and host by which the caller reached it.</summary>
    public static Uri Absolute(this HttpContext context, string path, bool webSocket = false)
    {
        var secure = context.Request.Headers["X-Forwarded-Proto"].ToString() == "https";
        var scheme = (webSocket, secure) switch { (false, false) => "http", (false, true) => "https", (true, false) => "ws", (true, true) => "wss" };
        return Uri.TryCreate($"{scheme}://{context.Request.Host}{path}", UriKind.Absolute, out var url)
            ? url
            : context.RequestServices.GetRequiredService<ServerConfig>().ApiUrl(path);
    }

    private static string Port(ServerConfig server) => server.HttpPort == 80 ? "" : $":{server.HttpPort}";
}
