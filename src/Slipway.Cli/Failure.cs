using Slipway.Contracts.Errors;

namespace Slipway.Cli;

/// <summary>Ends the command: the one printer (<see cref="Output.ErrorPrinter"/>) shows <paramref name="error"/>.</summary>
internal sealed class Failure(int exitCode, SlipwayError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public int ExitCode { get; } = exitCode;

    public SlipwayError Error { get; } = error;

    /// <summary>Finds the request in the server's own log.</summary>
    public string? RequestId { get; init; }

    /// <summary>A value on the command line is wrong.</summary>
    public static Failure Usage(string id, string message, string? why = null, string? next = null) =>
        new(Cli.ExitCode.Usage, new SlipwayError(id, message) { Why = why, Next = next });
}
