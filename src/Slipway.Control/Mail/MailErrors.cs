using Slipway.Contracts.Errors;
using Slipway.Control.Store;

namespace Slipway.Control.Mail;

internal static class MailErrors
{
    public static SlipwayException Gone(MailRow row) => new(409, new SlipwayError("mail_content_gone", $"What message {row.Number} said is not kept any more.")
    {
        Why = $"What was sent is kept for {(int)MailLimits.SentContent.TotalDays} days.",
        Next = "slipway mail",
    });

    public static SlipwayException Queued(MailRow row) => new(409, new SlipwayError("mail_queued", $"Message {row.Number} is yet to be sent.")
    {
        Why = row.Answer,
        Next = $"It is tried again by itself. slipway mail show {row.Number}",
    });
}
