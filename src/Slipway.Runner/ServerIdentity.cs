using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Runner.Kernel;

namespace Slipway.Runner;

/// <summary>Ids of the server's users and group on this host.</summary>
internal sealed record ServerIdentity(int ControlUid, int GroupId)
{
    /// <exception cref="SlipwayException">The host has no such user or group.</exception>
    public static ServerIdentity Find(ServerConfig config) => new(
        Folders.LookUp("/etc/passwd", config.ControlUser) ?? throw Missing("user", config.ControlUser),
        Folders.LookUp("/etc/group", config.Group) ?? throw Missing("group", config.Group));

    private static SlipwayException Missing(string noun, string name) =>
        new(500, new SlipwayError("account_missing", $"This host has no {noun} '{name}'.") { Next = "Run bin/up: it makes Slipway's users." });
}
