using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Slipway.Contracts.Runner;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;

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

    public void Resize(TerminalSize size) => Control(_folder, $"1 {size.Rows} {size.Columns}\n");

    /// <summary>Makes the monitor begin a new log file at the same path.</summary>
    public static void ReopenLog(InstanceFolder folder) => Control(folder, "2 0 0\n");

    /// <summary>Not waiting for a reader: the monitor has the fifo open for as long as it lives.</summary>
    private static void Control(InstanceFolder folder, string line)
    {
        var fifo = Libc.Open(folder.ControlFifo, Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        if (fifo < 0) throw new IOException($"The monitor of {folder.Id} does not listen.");
        using var stream = new FileStream(new SafeFileHandle(fifo, ownsHandle: true), FileAccess.Write, bufferSize: 0);
        stream.Write(Encoding.ASCII.GetBytes(line));
    }

    public void Dispose() => _socket.Dispose();
}
