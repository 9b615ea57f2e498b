namespace Slipway.Cli;

/// <summary>What <c>slipway</c> exits with; stable, documented in docs/cli.md. <c>slipway run</c> exits with its command's own status.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The server refused or failed; the message says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line or a value in it is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>No token, or the server does not know it (any more).</summary>
    public const int NotLoggedIn = 3;

    /// <summary>The app, release, instance or other thing named is not there.</summary>
    public const int NotFound = 4;

    /// <summary>A deploy, rollback or other rollout failed; the old release serves on.</summary>
    public const int DeployFailed = 5;

    /// <summary>No answer from the server.</summary>
    public const int Unreachable = 6;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>The reader of a pipe went away, as in <c>slipway logs | head</c>.</summary>
    public const int BrokenPipe = 141;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;
}
