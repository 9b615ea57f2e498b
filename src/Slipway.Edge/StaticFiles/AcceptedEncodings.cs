using Microsoft.Extensions.Primitives;

namespace Slipway.Edge.StaticFiles;

[Flags]
internal enum AcceptedEncodings
{
    None = 0,
    Gzip = 1,
    Brotli = 2,
}

internal static class AcceptEncoding
{
    /// <summary>Reads Accept-Encoding; what has <c>q=0</c> is refused (RFC 9110, 12.5.3).</summary>
    public static AcceptedEncodings Parse(StringValues header)
    {
        var accepted = AcceptedEncodings.None;
        foreach (var line in header)
        {
            var rest = line.AsSpan();
            while (!rest.IsEmpty)
            {
                var comma = rest.IndexOf(',');
                var item = comma < 0 ? rest : rest[..comma];
                rest = comma < 0 ? [] : rest[(comma + 1)..];
                var semicolon = item.IndexOf(';');
                if (semicolon >= 0 && IsZero(item[(semicolon + 1)..])) continue;
                var name = (semicolon < 0 ? item : item[..semicolon]).Trim();
                if (name.Equals("br", StringComparison.OrdinalIgnoreCase)) accepted |= AcceptedEncodings.Brotli;
                else if (name.Equals("gzip", StringComparison.OrdinalIgnoreCase)) accepted |= AcceptedEncodings.Gzip;
            }
        }

        return accepted;
    }

    private static bool IsZero(ReadOnlySpan<char> parameter)
    {
        parameter = parameter.Trim();
        return parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && !parameter[2..].Trim().ContainsAnyInRange('1', '9');
    }
}
