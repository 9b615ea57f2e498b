using Slipway.Cli.Output;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Mail;

/// <summary>One message for the terminal.</summary>
internal static class MailPage
{
    /// <summary>The others are for <c>--raw</c> and <c>--json</c>.</summary>
    private static readonly string[] HeadersShown = ["From", "To", "Cc", "Reply-To", "Date", "Subject", "Message-ID", "List-Unsubscribe", "Content-Type"];

    public static void Write(Screen screen, MailContent message)
    {
        var mail = message.Mail;
        screen.Line($"{screen.Bold($"#{mail.Number}")} {Visible.Text(MailCommands.SubjectOf(mail))}");
        screen.Line(screen.Dim($"   {MailCommands.StateOf(mail)}; {MailCommands.At(mail.At)} (UTC), from {Visible.Text(mail.From)} to {Visible.Text(string.Join(", ", mail.To))}"));
        if (mail.Answer is { } answer) screen.Line($"   The smarthost: {Visible.Text(answer)}");
        if (!mail.HasContent) screen.Note("What it said is not kept any more.");
        if (message.Headers.Count > 0) screen.Line();
        foreach (var header in message.Headers.Where(one => HeadersShown.Contains(one.Name, StringComparer.OrdinalIgnoreCase)))
            screen.Line($"{screen.Dim(Visible.Text(header.Name) + ":")} {Visible.Text(header.Value)}");
        if (message.Text is { } text)
        {
            screen.Line();
            foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')) screen.Line(Visible.Text(line));
        }

        if (message.Attachments.Count > 0) screen.Line();
        foreach (var part in message.Attachments) screen.Line($"{screen.Dim("Attachment:")} {Visible.Text(part.Name)} ({Visible.Text(part.Type)}, {Visible.Bytes(part.Bytes)})");
        if (message.Html is not null) screen.Note($"It is HTML as well: slipway mail show {mail.Number} --html, or the dashboard.");
    }
}
