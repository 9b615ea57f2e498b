using System.Globalization;
using System.Runtime.InteropServices;

namespace Slipway.Control.Server;

/// <summary>
/// Pages of program files that are mapped because they were needed once, at the start or for a deploy: tens of megabytes,
/// of which an idle slipwayd touches a few. Unmapped, they are the page cache's, and the kernel's to take; one that is needed again is
/// mapped again on its first use.
/// </summary>
internal static partial class ProgramPages
{
    private const int DontNeed = 4;

    public static void Unmap()
    {
        // A mapping that cannot be written to and of which no page is a private copy holds nothing but the file.
        var (from, to, isFile) = (0UL, 0UL, false);
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                if (isFile && line.EndsWith(" 0 kB", StringComparison.Ordinal)) _ = Advise((nint)from, (nuint)(to - from), DontNeed);
            }
            else if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var range, { Length: 4 } rights, _, _, _, ..] fields && range.IndexOf('-') is > 0 and var dash)
            {
                (from, to) = (Hex(range[..dash]), Hex(range[(dash + 1)..]));
                isFile = rights[1] == '-' && fields.Length > 5 && fields[5][0] == '/';
            }
        }
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
