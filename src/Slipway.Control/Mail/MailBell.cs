using Slipway.Control.Server;

namespace Slipway.Control.Mail;

/// <summary>Wakes the <see cref="MailCourier"/>: there is something to send.</summary>
internal sealed class MailBell : Bell;
