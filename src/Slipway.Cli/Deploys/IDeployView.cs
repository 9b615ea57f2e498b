using Slipway.Contracts.Deploys;
using Slipway.Cli.Output;

namespace Slipway.Cli.Deploys;

/// <summary>Shows a deploy's events as they come.</summary>
internal interface IDeployView : IAsyncDisposable
{
    void Show(DeployEvent happened);

    /// <summary>What the running step is at, where it can be drawn over: <c>12 MB of 40 MB</c>.</summary>
    void ShowDetail(string text);
}

internal static class DeployView
{
    /// <summary>Drawn in place on a terminal, plain lines elsewhere; with <c>--json</c> to standard error, out of the result's way.</summary>
    public static IDeployView For(Invocation run, bool everyLine) =>
        run.Screen.IsTerminal && !run.Json
            ? new LiveDeployView(run.Screen, TimeProvider.System, everyLine)
            : new PlainDeployView(run.Json ? run.Screen.Error : run.Screen.Out);
}
