using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Pipelines;

/// <summary><c>slipway pipelines</c>.</summary>
internal static class PipelineCommands
{
    public static readonly Option<string> PipelineOption = new("--pipeline", "-p") { Description = "The pipeline.", HelpName = "NAME", Required = true };

    private static readonly Argument<string> Name = new("PIPELINE") { Description = "The pipeline's name." };
    private static readonly Option<string> Stage = new("--stage", "-s") { Description = "development, staging, production, review or test.", HelpName = "STAGE", Required = true };
    private static readonly Option<string> To = new("--to", "-t") { Description = "The apps to promote to, with commas between; otherwise those of the next stage.", HelpName = "APPS" };

    private static readonly string[] Order = ["development", "staging", "production"];

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("pipelines", "List pipelines: apps that are stages of the same code.", ["slipway pipelines", "slipway pipelines info shop"], ListAsync, CommonOptions.Json),
            tree.Command("info", "Show a pipeline's apps, by stage.", ["slipway pipelines info shop"], InfoAsync, Name, CommonOptions.Json),
            tree.Command("create", "Make a pipeline.", ["slipway pipelines create shop"], CreateAsync, Name, CommonOptions.Json),
            tree.Command("add", "Put the app into a pipeline, at a stage.", ["slipway pipelines add shop --app shop-staging --stage staging"], AddAsync, Name, Stage, CommonOptions.App, CommonOptions.Json),
            tree.Command("remove", "Take the app out of its pipeline; the app stays.", ["slipway pipelines remove --app shop-staging"], RemoveAsync, CommonOptions.App),
            tree.Command("promote", "Take what serves in the app to the next stage, without building it anew.",
                ["slipway pipelines promote --app shop-staging", "slipway pipelines promote --app shop-staging --to shop,shop-eu"], PromoteAsync, CommonOptions.App, To, CommonOptions.Json),
            tree.Command("destroy", "Take a pipeline away; its apps stay.", ["slipway pipelines destroy shop"], DestroyAsync, Name)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Pipelines, ContractsJson.Default.IReadOnlyListPipeline, cancel), all =>
        {
            if (all.Count == 0) run.Screen.Note("No pipelines. slipway pipelines create shop");
            foreach (var pipeline in all) run.Screen.Line(pipeline.Name);
        });

    private static async Task<int> InfoAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await CouplingsAsync(run, run.Get(Name)!, cancel), all =>
        {
            var table = new Table(new Column("APP", 2), new("STAGE", 1));
            foreach (var one in all.OrderBy(one => Array.IndexOf(Order, one.Stage)).ThenBy(one => one.App.Name, StringComparer.Ordinal)) table.Add(one.App.Name, one.Stage);
            table.Write(run.Screen);
        });

    private static async Task<int> CreateAsync(Invocation run, CancellationToken cancel)
    {
        var made = await run.Api.SendAsync(HttpMethod.Post, Routes.Pipelines, new CreatePipelineRequest(run.Get(Name)), ContractsJson.Default.CreatePipelineRequest, ContractsJson.Default.Pipeline, cancel);
        return run.Show(made, pipeline => run.Screen.Line($"Made the pipeline {run.Screen.Bold(pipeline.Name)}."));
    }

    private static async Task<int> AddAsync(Invocation run, CancellationToken cancel)
    {
        var request = new CreateCouplingRequest(run.App.Value, run.Get(Name), run.Get(Stage));
        var made = await run.Api.SendAsync(HttpMethod.Post, Routes.Couplings, request, ContractsJson.Default.CreateCouplingRequest, ContractsJson.Default.PipelineCoupling, cancel);
        return run.Show(made, one => run.Screen.Line($"{run.Screen.Bold(one.App.Name)} is {one.Stage} in {one.Pipeline.Name}."));
    }

    private static async Task<int> RemoveAsync(Invocation run, CancellationToken cancel)
    {
        var coupling = await OfAppAsync(run, cancel);
        await run.Api.SendAsync(HttpMethod.Delete, $"{Routes.Couplings}/{coupling.Id}", null, cancel);
        run.Screen.Line($"Took {run.Screen.Bold(coupling.App.Name)} out of {coupling.Pipeline.Name}.");
        return ExitCode.Success;
    }

    private static async Task<int> PromoteAsync(Invocation run, CancellationToken cancel)
    {
        var source = await OfAppAsync(run, cancel);
        var all = (await CouplingsAsync(run, source.Pipeline.Name, cancel)).Value;
        var targets = run.Get(To)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList() ?? Next(source, all);
        var request = new CreatePromotionRequest(
            new NamedId(source.Pipeline.Id.ToString()), new PromotedApp(new NamedId(source.App.Id.ToString())), [.. targets.Select(name => new PromotedApp(new NamedId(name)))]);
        var begun = await run.Api.SendAsync(HttpMethod.Post, Routes.Promotions, request, ContractsJson.Default.CreatePromotionRequest, ContractsJson.Default.PipelinePromotion, cancel);
        run.Screen.Note($"Promoting {source.App.Name} to {string.Join(", ", targets)}.");
        Answer<IReadOnlyList<PipelinePromotionTarget>> ended;
        while ((ended = await run.Api.ListAsync($"{Routes.Promotions}/{begun.Value.Id}/promotion-targets", ContractsJson.Default.IReadOnlyListPipelinePromotionTarget, cancel)).Value.Any(one => one.Status == "pending"))
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancel);
        run.Show(ended, results =>
        {
            foreach (var one in results) run.Screen.Line($"{run.Screen.Bold(NameOf(one))} {one.Status}{(one.ErrorMessage is null ? "" : ": " + Visible.Text(one.ErrorMessage))}");
        });
        return ended.Value.All(one => one.Status == "succeeded") ? ExitCode.Success : ExitCode.DeployFailed;

        string NameOf(PipelinePromotionTarget target) => all.FirstOrDefault(one => one.App.Id == target.App.Id)?.App.Name ?? target.App.Id.ToString();
    }

    private static List<string> Next(PipelineCoupling source, IReadOnlyList<PipelineCoupling> all)
    {
        var stage = Order.SkipWhile(one => one != source.Stage).Skip(1).FirstOrDefault();
        var targets = all.Where(one => one.Stage == stage).Select(one => one.App.Name).ToList();
        return targets.Count > 0 ? targets : throw Failure.Usage(
            "no_next_stage", stage is null ? $"Nothing comes after {source.Stage}." : $"{source.Pipeline.Name} has no app at {stage}.", "Without --to, an app is promoted to those of the next stage.",
            $"slipway pipelines promote --app {source.App.Name} --to APP");
    }

    private static async Task<int> DestroyAsync(Invocation run, CancellationToken cancel)
    {
        await run.Api.SendAsync(HttpMethod.Delete, Routes.Pipeline(run.Get(Name)!), null, cancel);
        run.Screen.Line($"Took the pipeline {Visible.Text(run.Get(Name)!)} away; its apps stay.");
        return ExitCode.Success;
    }

    private static Task<Answer<IReadOnlyList<PipelineCoupling>>> CouplingsAsync(Invocation run, string pipeline, CancellationToken cancel) =>
        run.Api.ListAsync(Routes.Pipeline(pipeline) + Routes.Couplings, ContractsJson.Default.IReadOnlyListPipelineCoupling, cancel);

    private static async Task<PipelineCoupling> OfAppAsync(Invocation run, CancellationToken cancel) =>
        (await run.Api.GetAsync(Routes.App(run.App) + Routes.Couplings, ContractsJson.Default.PipelineCoupling, cancel)).Value;
}
