namespace Slipway.Control.Cron;

internal static class CronRunState
{
    public const string Waiting = "waiting";
    public const string Running = "running";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>Not run; its note says why.</summary>
    public const string Skipped = "skipped";

    /// <summary>It was started, and nobody saw how it ended: the machine or the monitor went down.</summary>
    public const string Unknown = "unknown";

    public static bool IsFinished(string state) => state is not (Waiting or Running);
}
