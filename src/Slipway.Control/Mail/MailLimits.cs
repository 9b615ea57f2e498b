namespace Slipway.Control.Mail;

/// <summary>How much mail an app may send, and how much of it is kept.</summary>
internal static class MailLimits
{
    /// <summary>Messages an hour that an app may send, unless an admin says otherwise.</summary>
    public const int Hourly = 500;

    public const int MostHourly = 1_000_000;

    /// <summary>Bytes of a message; the relay holds it too.</summary>
    public const int Message = 25 << 20;

    /// <summary>Messages of an app that are kept, whatever became of them.</summary>
    public const int Kept = 200;

    /// <summary>Bytes of them.</summary>
    public const long KeptBytes = 50L << 20;

    /// <summary>Of an app's messages that are yet to be sent none is dropped; past these the relay has to hold what comes.</summary>
    public const int Queued = 5000;

    public const long QueuedBytes = 500L << 20;

    /// <summary>What was sent is with whom it is for: it is kept for so long to be looked at.</summary>
    public static readonly TimeSpan SentContent = TimeSpan.FromDays(3);
}
