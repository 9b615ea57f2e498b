using System.Net.Sockets;
using System.Text;
using Slipway.Contracts.Runner;
using Slipway.Runner.Instances;

namespace Slipway.Runner.Oci;

/// <summary>
/// A connection to an instance's stdio through its monitor: packets, each beginning with the number of its stream. Made
/// before the command starts, so it sees every byte.
/// </summary>
internal sealed class Attachment : IDisposable
{
    private const byte Stderr = 3;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
    private readonly InstanceFolder _folder;

    private Attachment(InstanceFolder folder) => _folder = folder;

    public static async Task<Attachment> OpenAsync(InstanceFolder folder, CancellationToken cancel)
    {
        var attachment = new Attachment(folder);
        try
        {
            await attachment._socket.ConnectAsync(new UnixDomainSocketEndPoint(folder.AttachSocket), cancel);
            return attachment;
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
    }

    /// <summary>Passes output on until the instance ends or the client is gone.</summary>
    public async Task SendOutputAsync(FrameStream client, CancellationToken cancel)
    {
        var packet = new byte[64 * 1024];
        while (true)
        {
            var length = await _socket.ReceiveAsync(packet, SocketFlags.None, cancel);
            if (length == 0) return;
            await client.WriteAsync(packet[0] == Stderr ? FrameType.Stderr : FrameType.Stdout, packet.AsMemory(1, length - 1), cancel);
        }
    }

    public async Task WriteInputAsync(ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        // conmon takes at most its buffer's size of a packet and drops the rest.
        for (; input.Length > 0; input = input[Math.Min(input.Length, 8192)..])
            await _socket.SendAsync(input[..Math.Min(input.Length, 8192)], SocketFlags.None, cancel);
    }

    public void EndInput() => _socket.Shutdown(SocketShutdown.Send);

    public Task ResizeAsync(TerminalSize size, CancellationToken cancel) => ControlAsync(_folder, $"1 {size.Rows} {size.Columns}\n", cancel);

    /// <summary>Makes the monitor begin a new log file at the same path.</summary>
    public static Task ReopenLogAsync(InstanceFolder folder, CancellationToken cancel) => ControlAsync(folder, "2 0 0\n", cancel);

    private static async Task ControlAsync(InstanceFolder folder, string line, CancellationToken cancel)
    {
        await using var fifo = new FileStream(folder.ControlFifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await fifo.WriteAsync(Encoding.ASCII.GetBytes(line), cancel);
    }

    public void Dispose() => _socket.Dispose();
}
