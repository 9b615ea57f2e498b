using System.Net.Sockets;
using System.Text;
using Slipway.Contracts.Server;

namespace Slipway.Control.Attach;

/// <summary>
/// Heroku's way to talk to a one-off: its client connects, says the secret of the attach_url on a line, reads a first
/// line, and from then on everything is the command's input and output. The edge takes the connection, ends its TLS and
/// brings it to this socket.
/// </summary>
internal sealed partial class Rendezvous(ServerConfig server, Attachments attachments, TimeProvider time, ILogger<Rendezvous> log) : BackgroundService
{
    private const int LongestLine = 200;
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private static readonly byte[] Greeting = "rendezvous\r\n"u8.ToArray();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The client drops the first piece that it reads, whole: nothing else may be in it.</summary>
    private static readonly TimeSpan AfterGreeting = TimeSpan.FromMilliseconds(100);

    /// <summary>What the client is told to say.</summary>
    public static string PathOf(string token) => ServerConfig.RendezvousPrefix + token;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listener = Listen(server.RendezvousSocket);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(stoppingToken);
                _ = ServeAsync(socket, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                LogNotAccepted(e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancel)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            if (await ReadLineAsync(stream, patience.Token) is not { } line || !line.StartsWith(ServerConfig.RendezvousPrefix, StringComparison.Ordinal)) return;
            if (attachments.Take(line[ServerConfig.RendezvousPrefix.Length..]) is not { } oneOff) return;
            await using (oneOff)
            {
                await stream.WriteAsync(Greeting, cancel);
                await Task.Delay(AfterGreeting, time, cancel);
                await ByteBridge.RunAsync(stream, oneOff.Frames, oneOff.HasTerminal, time, cancel);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return; // it hung up
        }
    }

    /// <summary>Byte by byte: what follows the line is the command's.</summary>
    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancel)
    {
        var (line, one) = (new StringBuilder(), new byte[1]);
        while (line.Length <= LongestLine && await stream.ReadAsync(one, cancel) == 1)
        {
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }

        return null;
    }

    // As slipwayd's own socket: bound aside, and put in its place when it can be used.
    private static Socket Listen(string path)
    {
        var aside = path + ".new";
        File.Delete(aside);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(aside));
        listener.Listen();
        File.SetUnixFileMode(aside, SocketMode);
        File.Move(aside, path, overwrite: true);
        return listener;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection to a one-off was not accepted: {Message}")]
    private partial void LogNotAccepted(string message);
}
