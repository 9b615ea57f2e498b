using System.Globalization;
using System.Runtime.InteropServices;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Edge.Native;

namespace Slipway.Edge.Master;

/// <summary><c>slipway-edge restart</c>: the same as <c>kill -HUP</c> of the master, without looking for its pid.</summary>
internal static class Reload
{
    public static int Send(ServerConfig config)
    {
        var path = ServerFolders.PidFile(config);
        if (!File.Exists(path) || !int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || !IsEdge(pid))
        {
            throw new SlipwayException(500, new SlipwayError("edge_not_running", "slipway-edge is not running.")
            {
                Why = $"{path} names no running slipway-edge.",
                Next = "Start it with your service manager, or with bin/up.",
            });
        }

        if (Libc.kill(pid, Libc.SIGHUP) == 0) return 0;
        throw new SlipwayException(403, new SlipwayError("edge_not_yours", $"slipway-edge (process {pid}) cannot be signalled.")
        {
            Why = Marshal.GetLastPInvokeErrorMessage(),
            Next = $"Run it as root or as {config.EdgeUser}.",
        });
    }

    /// <summary>After a reboot the pid may be another program's.</summary>
    private static bool IsEdge(int pid)
    {
        var name = $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/comm";
        return File.Exists(name) && File.ReadAllText(name).StartsWith("slipway-edge", StringComparison.Ordinal);
    }
}
