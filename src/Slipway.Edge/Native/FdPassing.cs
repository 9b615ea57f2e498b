using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Slipway.Edge.Native;

/// <summary>Hands open sockets to another process over a Unix socket (SCM_RIGHTS).</summary>
internal static class FdPassing
{
    private const int MaxFds = 32;

    /// <summary>Uid of the process at the other end, as it was when it connected.</summary>
    public static uint PeerUid(Socket unixSocket)
    {
        Span<byte> credentials = stackalloc byte[12];
        unixSocket.GetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_PEERCRED, credentials);
        return MemoryMarshal.Read<uint>(credentials[4..]);
    }

    /// <summary>Sends one byte that carries <paramref name="fds"/>.</summary>
    public static unsafe void Send(Socket unixSocket, ReadOnlySpan<int> fds)
    {
        var size = (nuint)(sizeof(Libc.CmsgHdr) + fds.Length * sizeof(int));
        var control = stackalloc byte[sizeof(Libc.CmsgHdr) + MaxFds * sizeof(int)];
        *(Libc.CmsgHdr*)control = new Libc.CmsgHdr { Length = size, Level = Libc.SOL_SOCKET, Type = Libc.SCM_RIGHTS };
        fds.CopyTo(new Span<int>(control + sizeof(Libc.CmsgHdr), MaxFds));

        byte payload = (byte)fds.Length;
        var vector = new Libc.IoVec { Base = &payload, Length = 1 };
        var message = new Libc.MsgHdr { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = Align(size) };
        if (Libc.sendmsg((int)unixSocket.Handle, &message, 0) != 1)
            throw new IOException($"Cannot hand over sockets: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Waits for the byte of <see cref="Send"/>.</summary>
    /// <exception cref="EndOfStreamException">The other side went away first.</exception>
    public static async Task<int[]> ReceiveAsync(Socket unixSocket, CancellationToken cancellation)
    {
        await unixSocket.ReceiveAsync(Memory<byte>.Empty, cancellation);
        return Receive(unixSocket);
    }

    private static unsafe int[] Receive(Socket unixSocket)
    {
        var control = stackalloc byte[sizeof(Libc.CmsgHdr) + MaxFds * sizeof(int)];
        byte payload;
        var vector = new Libc.IoVec { Base = &payload, Length = 1 };
        var message = new Libc.MsgHdr
        {
            Vectors = &vector,
            VectorCount = 1,
            Control = control,
            ControlLength = (nuint)(sizeof(Libc.CmsgHdr) + MaxFds * sizeof(int)),
        };
        if (Libc.recvmsg((int)unixSocket.Handle, &message, Libc.MSG_CMSG_CLOEXEC) != 1 || message.ControlLength < (nuint)sizeof(Libc.CmsgHdr))
            throw new EndOfStreamException("The running worker did not hand over its sockets.");

        var header = (Libc.CmsgHdr*)control;
        var count = ((int)header->Length - sizeof(Libc.CmsgHdr)) / sizeof(int);
        return new Span<int>(control + sizeof(Libc.CmsgHdr), count).ToArray();
    }

    private static nuint Align(nuint size) => (size + 7) & ~(nuint)7;
}
