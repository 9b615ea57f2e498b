using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Edge.Requests;

namespace Slipway.Edge.AccessLog;

/// <summary>What the log says of one request; turned into text later, by the thread that writes.</summary>
internal readonly record struct AccessRecord(
    string App, DateTimeOffset At, string Method, string Path, string Host, string RequestId, string Client, string? Instance,
    TimeSpan Connect, TimeSpan Service, int Status, long Bytes, string Protocol, EdgeFailure? Failure)
{
    public static AccessRecord Of(string app, Exchange exchange)
    {
        var http = exchange.Http;
        return new AccessRecord(
            app, DateTimeOffset.UtcNow, http.Request.Method, exchange.RawPath, http.Request.Headers.Host.ToString(), exchange.RequestId, exchange.ClientAddress,
            exchange.Backend?.Name, exchange.Connect, Stopwatch.GetElapsedTime(exchange.StartedAt), exchange.Failure?.Status ?? http.Response.StatusCode,
            exchange.CountedBody?.Written ?? (HttpMethods.IsHead(http.Request.Method) ? 0 : http.Response.ContentLength ?? 0), exchange.Scheme, exchange.Failure);
    }

    /// <summary>The fields of Heroku's router log, so that what reads those reads these.</summary>
    public void AppendTo(StringBuilder line)
    {
        line.Append(Failure is null ? "at=info" : "at=error");
        if (Failure is { Code.Length: > 0 }) line.Append(" code=").Append(Failure.Code);
        if (Failure is not null) line.Append(" desc=\"").Append(Failure.Description).Append('"');
        line.Append(" method=").Append(Method).Append(" path=\"");
        AppendQuoted(line, Path);
        line.Append("\" host=");
        AppendQuoted(line, Host);
        line.Append(" request_id=").Append(RequestId).Append(" fwd=\"").Append(Client).Append("\" dyno=").Append(Instance)
            .Append(" connect=").Append((long)Connect.TotalMilliseconds).Append("ms service=").Append((long)Service.TotalMilliseconds).Append("ms status=").Append(Status)
            .Append(" bytes=").Append(Bytes).Append(" protocol=").Append(Protocol);
    }

    /// <summary>Nothing that a client sends ends a line or a quoted value.</summary>
    private static void AppendQuoted(StringBuilder line, string text)
    {
        foreach (var c in text.AsSpan()[..Math.Min(text.Length, 2000)])
        {
            if (c is '"' or '\\' || c <= ' ' || c == '\u007f') line.Append('%').Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            else line.Append(c);
        }
    }
}
