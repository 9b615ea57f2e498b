using Slipway.Cli.Output;
using Slipway.Contracts.Deploys;

namespace Slipway.Cli.Deploys;

/// <summary>One line an event, as git's <c>remote:</c> lines look: for files, pipes and CI.</summary>
internal sealed class PlainDeployView(TextWriter to) : IDeployView
{
    public void Show(DeployEvent happened)
    {
        switch (happened.Kind)
        {
            case DeployEventKind.StepStarted:
                to.WriteLine($"-----> {Visible.Text(happened.Text ?? happened.Step ?? "")}");
                break;
            case DeployEventKind.Log:
                to.WriteLine($"       {Visible.LogText(happened.Text ?? "")}".TrimEnd());
                break;
            case DeployEventKind.StepFinished:
                to.WriteLine($"       {Visible.Text(happened.Text is { Length: > 0 } found ? found + ", " : "")}{Visible.Seconds(happened.Seconds ?? 0)}");
                break;
            case DeployEventKind.StepSkipped:
                to.WriteLine($"-----> {happened.Step} skipped: {Visible.Text(happened.Text ?? "")}");
                break;
            case DeployEventKind.Succeeded or DeployEventKind.Failed:
                break; // the command says how it ended
        }
    }

    public void ShowDetail(string text)
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
