using System.Text;
using Microsoft.Win32.SafeHandles;
using Slipway.Contracts.Runner;

namespace Slipway.Runner.Kernel;

/// <summary>A pseudo-terminal: our end is <see cref="Handle"/>, the program's end is <see cref="Path"/>.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    private const nuint SetWindowSize = 0x5414;

    public PseudoTerminal(TerminalSize size)
    {
        Handle = new SafeFileHandle(Libc.Check(Libc.OpenPseudoTerminal(Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC), "open a pseudo-terminal"), ownsHandle: true);
        Libc.Check(Libc.UnlockPseudoTerminal(Descriptor), "unlock the pseudo-terminal");
        var name = stackalloc byte[64];
        if (Libc.PseudoTerminalName(Descriptor, name, 64) != 0) throw new IOException("The pseudo-terminal has no name.");
        Path = Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
        Resize(size);
    }

    public SafeFileHandle Handle { get; }

    public string Path { get; }

    private int Descriptor => (int)Handle.DangerousGetHandle();

    /// <summary>The kernel tells the programs on it with WINCH.</summary>
    public void Resize(TerminalSize size)
    {
        var window = stackalloc ushort[4] { size.Rows, size.Columns, 0, 0 };
        Libc.Check(Libc.Ioctl(Descriptor, SetWindowSize, window), "resize the pseudo-terminal");
    }

    public void Dispose() => Handle.Dispose();
}
