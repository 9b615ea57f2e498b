using System.Globalization;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Edge.Native;

namespace Slipway.Edge.Master;

/// <summary>The folders that the edge needs, made by whichever user starts it first.</summary>
internal static class ServerFolders
{
    private const UnixFileMode Group = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    public static string PidFile(ServerConfig config) => Path.Combine(Path.GetDirectoryName(config.EdgeSocket)!, "master.pid");

    /// <summary>The edge's own folders; those above them, which others use too, only where there are none.</summary>
    public static void Make(ServerConfig config)
    {
        try
        {
            foreach (var folder in new[] { Path.GetDirectoryName(config.EdgeSocket)!, config.EdgeDirectory })
            {
                Directory.CreateDirectory(folder);
                if (Accounts.AmRoot) Accounts.Own(folder, Accounts.Uid(config.EdgeUser), Accounts.Gid(config.Group));
                if (Accounts.AmRoot || (File.GetUnixFileMode(folder) & Group) != Group) File.SetUnixFileMode(folder, Group);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(500, new SlipwayError("edge_folders", "slipway-edge cannot make its folders.")
            {
                Why = e.Message,
                Next = $"Make {config.EdgeDirectory} and {Path.GetDirectoryName(config.EdgeSocket)} for the user {config.EdgeUser}, or start slipway-edge as root.",
            }, e);
        }
    }

    public static void WritePid(ServerConfig config)
    {
        var path = PidFile(config);
        File.WriteAllText(path + ".new", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        File.Move(path + ".new", path, overwrite: true);
    }
}
