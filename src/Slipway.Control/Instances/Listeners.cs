using System.Globalization;
using System.Net;

namespace Slipway.Control.Instances;

/// <summary>Which TCP ports are listened on inside an instance's own network, from <c>/proc/PID/net/tcp</c>.</summary>
internal static class Listeners
{
    private const string ListenState = "0A";

    /// <returns>Empty when the instance is gone or may not be looked into.</returns>
    public static IReadOnlyList<IPEndPoint> Of(int pid) => [.. Read($"/proc/{pid}/net/tcp").Concat(Read($"/proc/{pid}/net/tcp6")).Distinct()];

    /// <summary>Those that nobody outside can use as the web port; none when the right one is among them.</summary>
    public static IReadOnlyList<IPEndPoint> Stray(IReadOnlyList<IPEndPoint> all, int port) =>
        all.Any(one => one.Port == port && !IPAddress.IsLoopback(one.Address)) ? [] : all;

    /// <param name="table">Lines of <c>/proc/net/tcp</c>: <c>sl local_address rem_address st …</c>, the first being the heading.</param>
    public static IEnumerable<IPEndPoint> Parse(IEnumerable<string> table) =>
        from line in table.Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns.Length > 3 && columns[3] == ListenState
        select Address(columns[1]);

    private static IEnumerable<IPEndPoint> Read(string file)
    {
        try
        {
            return Parse(File.ReadLines(file)).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // The kernel prints each 32-bit word of the address as a number in the machine's byte order.
    private static IPEndPoint Address(string column)
    {
        var (hex, port) = (column[..column.IndexOf(':')], column[(column.IndexOf(':') + 1)..]);
        var bytes = Convert.FromHexString(hex);
        if (BitConverter.IsLittleEndian)
            for (var word = 0; word < bytes.Length; word += 4) Array.Reverse(bytes, word, 4);
        return new IPEndPoint(new IPAddress(bytes), int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
