using System.Buffers;
using System.Globalization;
using System.Text;
using Slipway.Control.Logs;

namespace Slipway.Control.Drains;

/// <summary>
/// A log line as Logplex sends it: a syslog message (RFC 5424, whose structured data Logplex leaves out) with its length
/// before it (RFC 6587, octet counting).
/// </summary>
internal static class DrainFrame
{
    /// <summary>Receivers refuse more; so does Logplex send.</summary>
    private const int LongestText = 10_000;

    // Facility and severity, as Logplex gives them: local7.info for the app's own lines, local3.info for the router's,
    // syslog.info for what the platform says, local5.warning for its notices.
    private const int AppPriority = 190, RouterPriority = 158, PlatformPriority = 45, NoticePriority = 172;

    /// <param name="host"><c>host</c> over HTTPS, where a header has the token; the drain's token over syslog.</param>
    public static void Write(SourcedLine line, string host, IBufferWriter<byte> writer)
    {
        var priority = line.Origin switch
        {
            SourcedLine.Router => RouterPriority,
            SourcedLine.Api => PlatformPriority,
            Logplex => NoticePriority,
            _ => line.Source == SourcedLine.App ? AppPriority : PlatformPriority,
        };
        var text = line.Text.Length > LongestText ? line.Text[..LongestText] : line.Text;
        var message = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"<{priority}>1 {line.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}+00:00 {host} {line.Source} {line.Origin} - {text}\n"));
        writer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{message.Length} ")));
        writer.Write(message);
    }

    public const string Logplex = "logplex";

    /// <summary>Heroku's L10: the receiver was away for longer than its lines were kept for it.</summary>
    public static SourcedLine Overflow(long dropped, DateTimeOffset since, DateTimeOffset now) => new(now, SourcedLine.Heroku, Logplex, string.Create(
        CultureInfo.InvariantCulture, $"Error L10 (output buffer overflow): {dropped} messages dropped since {since.UtcDateTime:yyyy-MM-ddTHH:mm:ss}+00:00"));
}
