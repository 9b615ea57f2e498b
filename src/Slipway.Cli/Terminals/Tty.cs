using System.Runtime.InteropServices;
using Slipway.Contracts.Runner;

namespace Slipway.Cli.Terminals;

/// <summary>libc's view of the terminal. Its modes are kept as the opaque bytes of a <c>struct termios</c>, whose layout differs between platforms.</summary>
internal static partial class Tty
{
    public const int StandardInput = 0;
    public const int StandardOutput = 1;
    public const int StandardError = 2;

    /// <summary>More than the largest <c>struct termios</c> there is.</summary>
    private const int ModesLength = 256;
    private const int Now = 0;
    private const uint EchoFlag = 8;
    private const ulong GetWindowSize = 0x5413;

    public static bool IsTerminal(int descriptor) => isatty(descriptor) == 1;

    /// <returns>Null where the descriptor is no terminal or does not know its size.</returns>
    public static TerminalSize? Size(int descriptor)
    {
        Span<ushort> size = stackalloc ushort[4];
        return ioctl(descriptor, GetWindowSize, ref size[0]) == 0 && size[0] > 0 && size[1] > 0 ? new TerminalSize(size[1], size[0]) : null;
    }

    /// <returns>The modes to hand to <see cref="Restore"/>; null where the descriptor is no terminal.</returns>
    public static byte[]? Modes(int descriptor)
    {
        var modes = new byte[ModesLength];
        return tcgetattr(descriptor, ref modes[0]) == 0 ? modes : null;
    }

    /// <summary>Every key goes through as a byte: no echo, no line editing, no signals from Ctrl-C.</summary>
    public static void MakeRaw(int descriptor, byte[] modes)
    {
        var raw = (byte[])modes.Clone();
        cfmakeraw(ref raw[0]);
        _ = tcsetattr(descriptor, Now, ref raw[0]);
    }

    /// <summary>What is typed is not shown.</summary>
    public static void HideInput(int descriptor, byte[] modes)
    {
        var hidden = (byte[])modes.Clone();
        // c_lflag is the fourth of the 32-bit words that every Linux termios begins with.
        var local = MemoryMarshal.Cast<byte, uint>(hidden.AsSpan());
        local[3] &= ~EchoFlag;
        _ = tcsetattr(descriptor, Now, ref hidden[0]);
    }

    public static void Restore(int descriptor, byte[] modes) => _ = tcsetattr(descriptor, Now, ref modes[0]);

    [LibraryImport("libc")]
    private static partial int isatty(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(int descriptor, ref byte modes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(int descriptor, int when, ref byte modes);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(ref byte modes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, ulong request, ref ushort argument);
}
