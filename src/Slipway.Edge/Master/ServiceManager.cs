using System.Net.Sockets;
using System.Text;

namespace Slipway.Edge.Master;

/// <summary>Tells systemd how far we are (sd_notify), where it is what started us.</summary>
internal static class ServiceManager
{
    public static void Notify(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path) return;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            // systemd writes an abstract name with '@' for its first byte, which is 0.
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine($"slipway-edge master: systemd could not be told '{state}': {e.Message}");
        }
    }
}
