using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Slipway.Cli;
using Slipway.Cli.Instances;
using Slipway.Cli.Output;
using Slipway.Cli.Terminals;
using Slipway.Contracts.Errors;

using var screen = new Screen();

// The first signal asks the command to end well (a deploy is cancelled on the server, a terminal restored); the second ends it.
// A lost connection (HUP) is no wish: the process ends, a deploy goes on.
using var ending = new CancellationTokenSource();
var exitOnSignal = ExitCode.Interrupted;
void End(PosixSignalContext signal)
{
    if (ending.IsCancellationRequested) return;
    exitOnSignal = signal.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Interrupted;
    signal.Cancel = true;
    ending.Cancel();
}
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

try
{
    var parsed = new CommandTree(screen).Build().Parse(RunCommand.WithSeparator(args));
    if (parsed.Action is ParseErrorAction)
    {
        throw UsageFailure.Of(parsed);
    }
    return await parsed.InvokeAsync(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
        Output = screen.Out,
        Error = screen.Error,
    }, ending.Token);
}
catch (Failure failure)
{
    ErrorPrinter.Print(screen, failure);
    return failure.ExitCode;
}
catch (OperationCanceledException) when (ending.IsCancellationRequested)
{
    return exitOnSignal;
}
catch (IOException e) when (e.HResult == OutputStream.BrokenPipe)
{
    return ExitCode.BrokenPipe;
}
catch (Exception e)
{
    ErrorPrinter.Print(screen, new Failure(ExitCode.Failure, new SlipwayError("defect", "slipway failed because of a defect of its own.")
    {
        Why = $"{e.GetType().Name}: {e.Message}",
        Evidence = [.. (e.StackTrace ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(12)],
        Next = "Please report it with these lines.",
    }));
    return ExitCode.Failure;
}
