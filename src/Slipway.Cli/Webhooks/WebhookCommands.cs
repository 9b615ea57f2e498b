using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Webhooks;

/// <summary><c>slipway webhook</c>: deploys when a forge says that a repository was pushed to.</summary>
internal static class WebhookCommands
{
    private static readonly Argument<string> Repository = new("REPOSITORY") { Description = "Its URL; https://USER:TOKEN@HOST/… for one that is not for everybody." };
    private static readonly Option<string> Branch = new("--branch", "-b") { Description = "The branch that is deployed.", HelpName = "NAME", DefaultValueFactory = _ => "main" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("webhook", "Show the app's webhook: pushes to GitHub, GitLab or Gitea deploy it.", ["slipway webhook", "slipway webhook set https://github.com/ada/blog.git"],
                ShowAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("set", "Make the webhook, or a new one in its place; prints its secret this once.",
                ["slipway webhook set https://github.com/ada/blog.git", "slipway webhook set https://gitlab.example.org/ada/blog.git --branch live"], SetAsync, Repository, Branch, CommonOptions.App, CommonOptions.Json),
            tree.Command("remove", "Remove the webhook.", ["slipway webhook remove"], RemoveAsync, CommonOptions.App)),
    ];

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Own(run.App, "webhook"), ContractsJson.Default.Webhook, cancel), webhook =>
            run.Screen.Line($"{Visible.Text(webhook.Repository.ToString())}#{Visible.Text(webhook.Branch)} by {webhook.Url}"));

    private static async Task<int> SetAsync(Invocation run, CancellationToken cancel)
    {
        var request = new SetWebhookRequest(run.Get(Repository), run.Get(Branch));
        var set = await run.Api.SendAsync(HttpMethod.Put, Routes.Own(run.App, "webhook"), request, ContractsJson.Default.SetWebhookRequest, ContractsJson.Default.Webhook, cancel);
        return run.Show(set, webhook =>
        {
            run.Screen.Note($"A push to {Visible.Text(webhook.Branch)} of {Visible.Text(webhook.Repository.ToString())} will deploy {run.App}, once the repository has this webhook (type JSON, pushes only):");
            run.Screen.Line($"URL     {webhook.Url}");
            run.Screen.Line($"Secret  {webhook.Secret}");
        });
    }

    private static async Task<int> RemoveAsync(Invocation run, CancellationToken cancel)
    {
        await run.Api.SendAsync(HttpMethod.Delete, Routes.Own(run.App, "webhook"), null, cancel);
        run.Screen.Line($"Removed the webhook of {run.App}.");
        return ExitCode.Success;
    }
}
