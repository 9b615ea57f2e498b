using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Output;

/// <summary>What deletes data asks for the app's name, or takes it from <c>--confirm</c>.</summary>
internal static class Confirmation
{
    /// <param name="warning">What will be gone.</param>
    /// <param name="command">The command line to which <c>--confirm NAME</c> is to be added.</param>
    /// <exception cref="Failure">Not confirmed.</exception>
    public static async Task AskAsync(Invocation run, AppName app, string warning, string command, CancellationToken cancel)
    {
        var typed = run.Get(CommonOptions.Confirm);
        if (typed is null && run.Screen.CanAsk)
        {
            run.Screen.Note(warning);
            typed = await Question.AskAsync(run.Screen, $"Type {app} to go on: ", cancel);
        }
        if (typed == app.Value) return;
        throw new Failure(ExitCode.Usage, new SlipwayError("not_confirmed", "Nothing was deleted: the app's name was not confirmed.")
        {
            Why = typed is null ? "Nobody is here to be asked: standard input is not a terminal." : $"{TypedName.Quote(typed)} is not {app}.",
            Next = $"{command} --confirm {app}",
        });
    }
}
