using Slipway.Contracts.Server;

namespace Slipway.Control.Server;

internal static class AdminToken
{
    public static Task<int> RunAsync(ServerConfig server, string configFile) => throw new NotSupportedException();
}
