using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Primitives;

namespace Slipway.Edge.Requests;

internal static class RequestId
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>As Heroku does: a client's own id of 20 to 200 letters, digits and dashes is kept, anything else replaced.</summary>
    public static string KeepOrMake(StringValues offered)
    {
        if (offered is [{ Length: >= 20 and <= 200 } one] && !one.AsSpan().ContainsAnyExcept(Allowed)) return one;

        // It names a request and guards nothing, so the fast generator will do.
        Span<Guid> id = stackalloc Guid[1];
        Random.Shared.NextBytes(MemoryMarshal.AsBytes(id));
        return id[0].ToString();
    }
}
