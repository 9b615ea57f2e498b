using System.Globalization;
using System.Net;

namespace Slipway.Control.Instances;

/// <summary>The TCP sockets of an instance's own network, from <c>/proc/PID/net/tcp</c>.</summary>
internal static class Sockets
{
    private const string SynSent = "02", Listen = "0A";
    private const int Local = 1, Remote = 2, State = 3;

    /// <returns>What is listened on; empty when the instance is gone or may not be looked into.</returns>
    public static IReadOnlyList<IPEndPoint> Listening(int pid) => Of(pid, Listen, Local);

    /// <returns>Whom it tries to reach, without an answer yet.</returns>
    public static IReadOnlyList<IPEndPoint> Connecting(int pid) => Of(pid, SynSent, Remote);

    /// <summary>Those that nobody outside can use as the web port; none when the right one is among them.</summary>
    public static IReadOnlyList<IPEndPoint> Stray(IReadOnlyList<IPEndPoint> all, int port) =>
        all.Any(one => one.Port == port && !IPAddress.IsLoopback(one.Address)) ? [] : all;

    /// <param name="table">Lines of <c>/proc/net/tcp</c>: <c>sl local_address rem_address st …</c>, the first being the heading.</param>
    /// <returns>Those that are listened on.</returns>
    public static IEnumerable<IPEndPoint> Parse(IEnumerable<string> table) => Parse(table, Listen, Local);

    private static IEnumerable<IPEndPoint> Parse(IEnumerable<string> table, string state, int end) =>
        from line in table.Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns.Length > State && columns[State] == state
        select Address(columns[end]);

    private static IReadOnlyList<IPEndPoint> Of(int pid, string state, int end) =>
        [.. new[] { "tcp", "tcp6" }.SelectMany(table => Read($"/proc/{pid}/net/{table}", state, end)).Distinct()];

    private static IEnumerable<IPEndPoint> Read(string file, string state, int end)
    {
        try
        {
            return Parse(File.ReadLines(file), state, end).ToList();
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
