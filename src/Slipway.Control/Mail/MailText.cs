using System.Text;
using System.Text.RegularExpressions;
using MimeKit;
using MimeKit.Utils;
using Slipway.Contracts.Api;

namespace Slipway.Control.Mail;

/// <summary>
/// Reads what an app sent, which may be anything: a message, half of one, or bytes. Whatever it is, something of it can be shown, and sent.
/// </summary>
internal static partial class MailText
{
    private const int MaxSubject = 300, MaxShown = 1 << 20, MaxHeader = 4000, MaxHeaders = 200, MaxAttachments = 200, MaxPicture = 1 << 20, MaxPictures = 8 << 20;

    /// <summary>Reads no further than the headers.</summary>
    public static string SubjectOf(string file)
    {
        using var content = File.OpenRead(file);
        try
        {
            return Shown(Cut(HeaderList.Load(content)[HeaderId.Subject] ?? "", MaxSubject));
        }
        catch (Exception e) when (e is FormatException or IOException)
        {
            return "";
        }
    }

    /// <summary>The message; what is none becomes the text of one.</summary>
    /// <param name="content">Read again when a part is; it has to stay open.</param>
    public static MimeMessage Read(Stream content)
    {
        try
        {
            return new MimeParser(content, MimeFormat.Entity, persistent: true).ParseMessage();
        }
        catch (FormatException)
        {
            content.Position = 0;
            using var reader = new StreamReader(content, Encoding.Latin1, leaveOpen: true);
            return new MimeMessage { Body = new TextPart("plain") { Text = reader.ReadToEnd() } };
        }
    }

    /// <summary>Gives a message what it has to have on its way and its app left out, and takes away what its readers must not see.</summary>
    public static void Complete(MimeMessage message, string sender, string host, DateTimeOffset at)
    {
        message.Headers.RemoveAll(HeaderId.Bcc);
        message.Headers.RemoveAll(HeaderId.ResentBcc);
        if (!message.Headers.Contains(HeaderId.Date)) message.Date = at;
        if (!message.Headers.Contains(HeaderId.MessageId)) message.MessageId = MimeUtils.GenerateMessageId(host);
        if (message.From.Count == 0 && message.Sender is null) message.From.Add(new MailboxAddress(null, sender));
    }

    public static MailContent Show(MailEntry entry, Stream content)
    {
        using var message = Read(content);
        var html = HtmlOf(message);
        return new MailContent(
            entry,
            [.. message.Headers.Take(MaxHeaders).Select(header => new MailHeader(header.Field, Shown(Cut(header.Value, MaxHeader))))],
            message.TextBody is { } text ? Cut(text, MaxShown) : html is null ? BytesOf(message) : null,
            html,
            [.. Attachments(message).Take(MaxAttachments).Select(part => new MailAttachment(NameOf(part), part.ContentType.MimeType, SizeOf(part)))]);
    }

    /// <summary>As it is to be shown: pictures that came with it are in it.</summary>
    private static string? HtmlOf(MimeMessage message)
    {
        if (message.HtmlBody is not { } html) return null;
        var left = MaxPictures;
        var pictures = message.BodyParts.OfType<MimePart>().Where(part => part.ContentId is not null && part.ContentType.IsMimeType("image", "*")).DistinctBy(part => part.ContentId)
            .ToDictionary(part => part.ContentId!, StringComparer.Ordinal);
        return ContentIdUrl().Replace(Cut(html, MaxShown), found =>
        {
            if (!pictures.TryGetValue(Uri.UnescapeDataString(found.Groups[1].Value), out var part) || SizeOf(part) is > MaxPicture or < 0) return found.Value;
            using var bytes = new MemoryStream();
            part.Content?.DecodeTo(bytes);
            return (left -= (int)bytes.Length) < 0 ? found.Value : $"data:{part.ContentType.MediaType}/{SafeSubtype(part.ContentType.MediaSubtype)};base64,{Convert.ToBase64String(bytes.GetBuffer(), 0, (int)bytes.Length)}";
        });
    }

    /// <summary>Neither text nor HTML: a single part of another kind is an attachment, and there is nothing to read.</summary>
    private static string? BytesOf(MimeMessage message) => message.Body is null ? "" : null;

    private static IEnumerable<MimePart> Attachments(MimeMessage message) =>
        message.BodyParts.OfType<MimePart>().Where(part => part.IsAttachment || part is not TextPart || (part is not TextPart { IsPlain: true } and not TextPart { IsHtml: true }));

    private static string NameOf(MimePart part) => Shown(Cut(part.FileName ?? part.ContentId ?? "(no name)", 255));

    /// <summary>Of what it holds, decoded.</summary>
    private static long SizeOf(MimePart part)
    {
        if (part.Content is null) return 0;
        using var measure = new MimeKit.IO.MeasuringStream();
        part.Content.DecodeTo(measure);
        return measure.Length;
    }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most] + "…";

    /// <summary>On one line, without what changes how a terminal or a page reads.</summary>
    private static string Shown(string text) => Unseen().Replace(text, " ").Trim();

    private static string SafeSubtype(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') ? text : "png";

    [GeneratedRegex(@"(?<=[""'(=\s])cid:([^""'\s)>]{1,250})", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex ContentIdUrl();

    [GeneratedRegex(@"[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+", RegexOptions.CultureInvariant)]
    private static partial Regex Unseen();
}
