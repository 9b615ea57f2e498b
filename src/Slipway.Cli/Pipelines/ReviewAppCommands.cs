using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Pipelines;

/// <summary><c>slipway reviewapps</c>: apps for branches.</summary>
internal static class ReviewAppCommands
{
    private static readonly Option<string> Repository = new("--repo", "-r") { Description = "The repository whose branches become review apps.", HelpName = "URL" };
    private static readonly Option<int?> StaleDays = new("--stale-days") { Description = "Take review apps away that were not deployed to for so many days.", HelpName = "DAYS" };
    private static readonly Argument<string> Branch = new("BRANCH") { Description = "The branch." };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("reviewapps", "List a pipeline's review apps: apps for branches.", ["slipway reviewapps --pipeline shop"], ListAsync, PipelineCommands.PipelineOption, CommonOptions.Json),
            tree.Command("enable", "Let a pipeline have review apps.", ["slipway reviewapps enable --pipeline shop --repo https://git.example.org/shop.git --stale-days 5"],
                EnableAsync, PipelineCommands.PipelineOption, Repository, StaleDays, CommonOptions.Json),
            tree.Command("disable", "Let it have no new ones; those that there are stay.", ["slipway reviewapps disable --pipeline shop"], DisableAsync, PipelineCommands.PipelineOption),
            tree.Command("create", "Make the review app of a branch, with app.json's environment 'review'.", ["slipway reviewapps create new-basket --pipeline shop"],
                CreateAsync, Branch, PipelineCommands.PipelineOption, CommonOptions.NoWait, CommonOptions.Json),
            tree.Command("destroy", "Take the review app of a branch away, after app.json's pr-predestroy.", ["slipway reviewapps destroy new-basket --pipeline shop"],
                DestroyAsync, Branch, PipelineCommands.PipelineOption)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await ReviewsAsync(run, cancel), all =>
        {
            if (all.Count == 0)
            {
                run.Screen.Note("No review apps.");
                return;
            }

            var table = new Table(new Column("BRANCH", 2), new("APP", 3), new("STATUS", 3), new("BY", 1), new("MESSAGE", 0));
            foreach (var one in all) table.Add(Visible.Text(one.Branch), one.App?.Name ?? "", one.Status, one.Creator.Email, Visible.Text(one.Message ?? ""));
            table.Write(run.Screen);
        });

    private static async Task<int> EnableAsync(Invocation run, CancellationToken cancel)
    {
        var days = run.Get(StaleDays);
        var request = new ReviewAppConfigRequest(run.Get(Repository), null, days is null ? null : true, days, null, null);
        var set = await run.Api.SendAsync(HttpMethod.Post, Config(run), request, ContractsJson.Default.ReviewAppConfigRequest, ContractsJson.Default.ReviewAppConfig, cancel);
        return run.Show(set, config => run.Screen.Line($"{Named(run)} has review apps{(config.Repo is null ? "" : $" of {Visible.Text(config.Repo.FullName)}")}{(config.DestroyStaleApps ? $"; they go {Visible.Count(config.StaleDays, "day")} after their last deploy" : "")}."));
    }

    private static async Task<int> DisableAsync(Invocation run, CancellationToken cancel)
    {
        await run.Api.SendAsync(HttpMethod.Delete, Config(run), null, cancel);
        run.Screen.Line($"{Named(run)} gets no new review apps.");
        return ExitCode.Success;
    }

    private static async Task<int> CreateAsync(Invocation run, CancellationToken cancel)
    {
        var request = new CreateReviewAppRequest(run.Get(Branch), Named(run), null, null, null);
        var review = await run.Api.SendAsync(HttpMethod.Post, Routes.Reviews, request, ContractsJson.Default.CreateReviewAppRequest, ContractsJson.Default.ReviewApp, cancel);
        run.Screen.Note($"Making {review.Value.App?.Name} of {Visible.Text(review.Value.Branch)}.");
        while (!run.Get(CommonOptions.NoWait) && review.Value.Status is "creating" or "pending")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancel);
            review = await run.Api.GetAsync($"{Routes.Reviews}/{review.Value.Id}", ContractsJson.Default.ReviewApp, cancel);
        }

        if (review.Value.Status == "errored") throw new Failure(ExitCode.DeployFailed, new SlipwayError(review.Value.ErrorStatus ?? "review_app_failed", review.Value.Message ?? "It failed.") { Next = $"slipway deploys --app {review.Value.App?.Name}" });
        return run.Show(review, one => run.Screen.Line($"{run.Screen.Bold(one.App?.Name ?? "")} is {one.Status}."));
    }

    private static async Task<int> DestroyAsync(Invocation run, CancellationToken cancel)
    {
        var branch = run.Get(Branch)!;
        var found = (await ReviewsAsync(run, cancel)).Value.FirstOrDefault(one => one.Branch == branch || one.App?.Name == branch)
            ?? throw new Failure(ExitCode.NotFound, new("no_review_app", $"{Named(run)} has no review app of {Visible.Text(branch)}.") { Next = $"slipway reviewapps --pipeline {Named(run)}" });
        await run.Api.SendAsync(HttpMethod.Delete, $"{Routes.Reviews}/{found.Id}", null, cancel);
        run.Screen.Line($"Taking {run.Screen.Bold(found.App?.Name ?? "")} away.");
        return ExitCode.Success;
    }

    private static Task<Answer<IReadOnlyList<ReviewApp>>> ReviewsAsync(Invocation run, CancellationToken cancel) =>
        run.Api.ListAsync(Routes.Pipeline(Named(run)) + Routes.Reviews, ContractsJson.Default.IReadOnlyListReviewApp, cancel);

    private static string Config(Invocation run) => Routes.Pipeline(Named(run)) + "/review-app-config";

    private static string Named(Invocation run) => run.Get(PipelineCommands.PipelineOption)!;
}
