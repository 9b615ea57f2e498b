using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Slipway.Edge.StaticFiles;

internal enum Precondition { Holds, NotModified, Failed }

/// <summary>If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, in the order that RFC 9110 (13.2.2) gives.</summary>
internal static class Preconditions
{
    public static Precondition Check(IHeaderDictionary headers, StaticFile file)
    {
        if (headers.IfMatch is { Count: > 0 } match)
        {
            if (!Names(match, file.ETag, weakly: false)) return Precondition.Failed;
        }
        else if (TimeOf(headers.IfUnmodifiedSince) is { } unmodified && file.LastModified > unmodified)
        {
            return Precondition.Failed;
        }

        if (headers.IfNoneMatch is { Count: > 0 } none) return Names(none, file.ETag, weakly: true) ? Precondition.NotModified : Precondition.Holds;
        return TimeOf(headers.IfModifiedSince) is { } since && file.LastModified <= since ? Precondition.NotModified : Precondition.Holds;
    }

    public static DateTimeOffset? TimeOf(StringValues header) =>
        header is [{ } text] && DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static bool Names(StringValues header, string etag, bool weakly)
    {
        foreach (var line in header)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var item = line.AsSpan(range.Start.Value, range.End.Value - range.Start.Value).Trim();
                if (item is "*") return true;
                if (weakly && item.StartsWith("W/", StringComparison.Ordinal)) item = item[2..];
                if (item.SequenceEqual(etag)) return true;
            }
        }

        return false;
    }
}
