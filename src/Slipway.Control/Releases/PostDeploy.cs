using Slipway.Contracts.Errors;
using Slipway.Control.Deploys;
using Slipway.Control.Images;

namespace Slipway.Control.Releases;

/// <summary>
/// The user's command for once a release is live. The deploy has succeeded by then and stays so: a failure is told in the
/// step's log and outcome, and takes nothing back.
/// </summary>
internal sealed class PostDeploy(ReleasePhase phase)
{
    private const string Step = "post-deploy";

    public async Task RunAsync(DeployContext deploy, ImageFacts facts)
    {
        if (facts.PostDeploy is not { } command) return;
        await deploy.Log.StepAsync(Step, "Running the post-deploy hook", async () =>
        {
            await deploy.Log.LineAsync("$ " + command);
            try
            {
                await phase.RunAsync(deploy.Release!, Step, command, deploy.Log, deploy.Cancel);
                return "done";
            }
            catch (SlipwayException e)
            {
                return $"failed, and v{deploy.Release!.Version} stays live. {e.Error.Why}";
            }
        });
    }
}
