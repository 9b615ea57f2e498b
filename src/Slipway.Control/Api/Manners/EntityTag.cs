using System.IO.Hashing;
using Microsoft.Net.Http.Headers;

namespace Slipway.Control.Api.Manners;

/// <summary>Says by a hash of the body whether an answer is the one that the caller has already.</summary>
internal static class EntityTag
{
    public static string Of(ReadOnlySpan<byte> body) => $"\"{Convert.ToHexStringLower(XxHash128.Hash(body))}\"";

    /// <summary>A change is not repeated for the sake of its answer, so only questions have a 304.</summary>
    public static bool IsKnown(HttpRequest request, string tag)
    {
        if (!HttpMethods.IsGet(request.Method) || request.Headers.IfNoneMatch.Count == 0) return false;
        if (!EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)) return false;
        var own = EntityTagHeaderValue.Parse(tag);
        return known.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(own, useStrongComparison: false));
    }
}
