using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Bench;

/// <summary>A server process, from when it listens until it is disposed of.</summary>
internal sealed class RunningServer : IDisposable
{
    private readonly Process _process;

    private RunningServer(Process process) => _process = process;

    public static async Task<RunningServer> StartAsync(string program, IEnumerable<string> arguments, int port, IReadOnlyDictionary<string, string>? environment = null)
    {
        var server = new RunningServer(Programs.Start(program, arguments, "/", environment));
        for (var tried = 0; ; tried++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return server;
            }
            catch (SocketException) when (tried < 500 && !server._process.HasExited)
            {
                await Task.Delay(20);
            }
            catch (SocketException e)
            {
                throw new InvalidOperationException($"{program} does not listen: {await server._process.StandardError.ReadToEndAsync()}", e);
            }
        }
    }

    /// <summary>Tells it to end rather than killing it, so that it ends its workers.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) Programs.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();
        _process.WaitForExit();
        _process.Dispose();
    }
}
