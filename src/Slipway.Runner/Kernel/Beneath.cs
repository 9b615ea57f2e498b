using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Slipway.Runner.Kernel;

/// <summary>
/// Opens what lies below an open folder, following no link on the way. For folders of slipwayd's, who must not be able to
/// lead the runner to another place: what was opened is what is used, whatever the path means by then.
/// </summary>
internal static unsafe class Beneath
{
    /// <returns>A file descriptor; below zero when there is nothing, or a link is in the way.</returns>
    public static int TryOpen(int directory, string relative, int flags)
    {
        const int openat2 = 437;
        const ulong noLinks = 0x04, beneath = 0x08;
        var how = stackalloc ulong[3] { (ulong)(flags | Libc.O_CLOEXEC), 0, noLinks | beneath };
        var path = Marshal.StringToCoTaskMemUTF8(relative);
        try
        {
            return (int)Libc.SystemCall(openat2, directory, path, (nint)how, 3 * sizeof(ulong));
        }
        finally
        {
            Marshal.FreeCoTaskMem(path);
        }
    }

    /// <exception cref="Win32Exception">There is nothing, or a link is in the way.</exception>
    public static int Open(int directory, string relative, int flags) => Libc.Check(TryOpen(directory, relative, flags), $"open {relative}");

    /// <summary>A path by which .NET reaches what was opened.</summary>
    public static string PathOf(int descriptor) => $"/proc/self/fd/{descriptor}";
}
