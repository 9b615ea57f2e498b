using System.Collections.Frozen;

namespace Slipway.Edge.Forwarding;

/// <summary>Which of a client's headers do not reach an app.</summary>
internal static class RequestHeaders
{
    private static readonly FrozenSet<string> Stopped = FrozenSet.ToFrozenSet(
    [
        // Meant for this connection alone (RFC 9110, 7.6.1). The edge answers 'Expect: 100-continue' itself.
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Expect",
        // What the edge says itself; from outside it would be a lie. An app that trusts them may.
        "Host", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server",
        "X-Forwarded-Prefix", "X-Forwarded-Ssl", "X-Forwarded-Protocol", "X-Forwarded-Scheme", "X-Scheme", "X-Url-Scheme", "Front-End-Https",
        "X-Original-Url", "X-Rewrite-Url", "X-Real-IP", "X-Client-IP", "True-Client-IP", "X-Request-Id", "X-Request-Start",
        // CGI would turn it into HTTP_PROXY (httpoxy).
        "Proxy",
        Requests.VerifyToken.Header,
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>Underscores too: WSGI cannot tell <c>X_Forwarded_For</c> from the edge's own header.</summary>
    public static bool StopHere(string name) => Stopped.Contains(name) || name.Contains('_');
}
