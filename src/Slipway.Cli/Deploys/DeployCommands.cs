using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Apps;
using Slipway.Cli.Output;
using Slipway.Cli.Sources;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Deploys;

/// <summary><c>slipway deploy</c>, <c>slipway deploys</c>.</summary>
internal static class DeployCommands
{
    private static readonly Argument<string> Folder = new("DIR") { Description = "The app's folder.", DefaultValueFactory = _ => "." };
    private static readonly Option<string> From = new("--from") { Description = "Deploy what is at this address instead: an archive, or a git repository (…/blog.git#branch).", HelpName = "URL" };
    private static readonly Option<string> Image = new("--image") { Description = "Deploy an image that was built elsewhere: ghcr.io/ada/blog:1.4, or a file of docker save or an OCI archive.", HelpName = "IMAGE" };
    private static readonly Option<string> Message = new("--message", "-m") { Description = "What changed; shown in slipway releases.", HelpName = "TEXT" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Command("deploy", "Send a folder and take it live; creates the app the first time.",
        [
            "slipway deploy                          # this folder",
            "slipway deploy site --app blog -m 'New theme'",
            "slipway deploy --app blog --from https://github.com/ada/blog.git",
            "slipway deploy --app blog --image ghcr.io/ada/blog:1.4",
            "slipway deploy --app blog --image ./image.tar",
        ], DeployAsync, Folder, CommonOptions.App, From, Image, Message, CommonOptions.Verbose, CommonOptions.Json),
        tree.Command("deploys", "List the app's deploys, the latest first.", ["slipway deploys", "slipway deploys --json | jq '.[0].error'"],
            ListAsync, CommonOptions.App, CommonOptions.Json),
    ];

    private static async Task<int> DeployAsync(Invocation run, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var view = DeployView.For(run, run.Get(CommonOptions.Verbose));
        if (run.Get(From) is not null && run.Get(Image) is not null) throw Failure.Usage("from_and_image", "--from and --image cannot both be there.", "Each says what to deploy.", "slipway deploy --image IMAGE");
        var (app, deploy) = run.Get(From) is { } from ? await StartAsync(run, from, cancel)
            : run.Get(Image) is { } image ? await ImageDeploy.StartAsync(run, image, run.Get(Message), view, cancel)
            : await UploadFolderAsync(run, view, cancel);
        var live = await Rollout.FollowAsync(run, app, deploy, view, cancel);
        await view.DisposeAsync();
        if (run.Json)
        {
            run.PrintJson((await run.Api.GetAsync(Routes.Deploy(app, deploy), ContractsJson.Default.Deploy, cancel)).Json);
            return ExitCode.Success;
        }
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        run.Screen.Line($"{run.Screen.Bold($"{app} v{live.Release}")} is live after {Visible.Seconds(seconds)}:");
        run.Screen.Line(live.Url ?? "");
        return ExitCode.Success;
    }

    /// <summary>Sends a folder to an app that is there, and follows until it is live.</summary>
    public static async Task DeployAsync(Invocation run, AppName app, string folder, CancellationToken cancel)
    {
        await using var view = DeployView.For(run, run.Get(CommonOptions.Verbose));
        var deploy = await UploadAsync(run, app, await SourceTree.ReadAsync(folder, cancel), folder, view, cancel);
        AppLink.Save(folder, run.Server, app);
        var live = await Rollout.FollowAsync(run, app, deploy, view, cancel);
        await view.DisposeAsync();
        run.Screen.Line(live.Url ?? "");
    }

    private static async Task<(AppName App, Guid Deploy)> UploadFolderAsync(Invocation run, IDeployView view, CancellationToken cancel)
    {
        var folder = Path.GetFullPath(run.Get(Folder)!);
        var tree = await SourceTree.ReadAsync(folder, cancel);
        var app = await DeployTarget.FindOrCreateAsync(run, folder, cancel);
        var deploy = await UploadAsync(run, app, tree, folder, view, cancel);
        AppLink.Save(folder, run.Server, app);
        return (app, deploy);
    }

    /// <summary>The server fetches it.</summary>
    private static async Task<(AppName App, Guid Deploy)> StartAsync(Invocation run, string from, CancellationToken cancel)
    {
        if (!Uri.TryCreate(from, UriKind.Absolute, out var url))
            throw Failure.Usage("invalid_url", $"{TypedName.Quote(from)} is not a URL.", "The server has to be able to fetch it.", "slipway deploy --from https://git.example.org/blog.git");
        var app = run.App;
        var request = new CreateBuildRequest(new BuildSource(url, run.Get(Message), null));
        var build = await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "builds"), request, ContractsJson.Default.CreateBuildRequest, ContractsJson.Default.Build, cancel);
        return (app, build.DeployId ?? build.Value.Id);
    }

    private static async Task<Guid> UploadAsync(Invocation run, AppName app, SourceTree tree, string folder, IDeployView view, CancellationToken cancel)
    {
        if (tree.Migrations.Count > 0)
            run.Screen.Note($"Sent although .gitignore names them: {string.Join(", ", tree.Migrations.Take(3))}{(tree.Migrations.Count > 3 ? $" and {tree.Migrations.Count - 3} more" : "")}. Migrations make the database's tables.");
        foreach (var environment in tree.Environments) run.Screen.Note($"Left out {environment}/: a Python virtual environment; the server makes its own.");
        var progress = new UploadProgress();
        var all = Visible.Count(tree.Files, "file");
        var of = $"{all}, {Visible.Bytes(tree.Bytes)}";
        var started = TimeProvider.System.GetTimestamp();
        view.Show(new DeployEvent(DateTimeOffset.UtcNow, DeployEventKind.StepStarted, "upload", $"Sending {of}"));
        await using var ticks = TimeProvider.System.CreateTimer(
            _ => view.ShowDetail($"{progress.Files} of {of}: {Visible.Bytes(progress.Bytes)} sent"), null, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(100));
        try
        {
            var files = tree.Entries.Where(entry => entry.Facts.Kind == FileKind.File).ToList();
            var manifest = await FolderManifest.OfAsync(tree, files, cancel);
            var (source, lacks) = (await run.Api.SendAsync(
                HttpMethod.Post, Routes.Own(app, "sources"), manifest, ContractsJson.Default.SourceManifest, ContractsJson.Default.PartialSource, cancel)).Value;
            List<SourceEntry> sent = [.. lacks.Where(at => at >= 0 && at < files.Count).Select(at => files[at])];
            if (sent.Count < files.Count) of = $"{sent.Count:N0} of {all}, {Visible.Bytes(sent.Sum(entry => entry.Facts.Size))}; the server has the others";
            using var archive = new SourceArchive(sent, progress);
            await run.Api.SendAsync(HttpMethod.Put, source.PutUrl, archive, cancel);
            await ticks.DisposeAsync();
            view.Show(new DeployEvent(DateTimeOffset.UtcNow, DeployEventKind.StepFinished, "upload", of) { Seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds });
            var request = new CreateBuildRequest(new BuildSource(source.GetUrl, Version(run, folder), null));
            var build = await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "builds"), request, ContractsJson.Default.CreateBuildRequest, ContractsJson.Default.Build, cancel);
            return build.DeployId ?? build.Value.Id;
        }
        catch (OperationCanceledException e) when (cancel.IsCancellationRequested)
        {
            await view.DisposeAsync();
            throw new Failure(ExitCode.Interrupted, new SlipwayError("cancelled", "The upload was cancelled; nothing was deployed."), e);
        }
        catch (Failure)
        {
            await view.DisposeAsync();
            throw;
        }
    }

    /// <summary>The user's message, else the commit, else the folder's name.</summary>
    private static string Version(Invocation run, string folder)
    {
        if (run.Get(Message) is { Length: > 0 } message) return message;
        return GitWorkTree.RootOf(folder) is { } root && GitWorkTree.Commit(root) is { } commit ? commit : Path.GetFileName(folder);
    }

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel)
    {
        var deploys = await run.Api.ListAsync(Routes.Own(run.App, "deploys"), ContractsJson.Default.IReadOnlyListDeploy, cancel);
        return run.Show(deploys, all =>
        {
            var table = new Table(new Column("WHEN", 3), new("KIND", 2), new("STATUS", 3), new("RELEASE", 2), new("TOOK", 1, Right: true), new("BY", 0), new("ERROR", 1));
            foreach (var deploy in all)
            {
                table.Add(deploy.Status == "failed" ? run.Screen.Red : null,
                    Visible.Time(deploy.CreatedAt), deploy.Kind, deploy.Status, deploy.Release is { } v ? $"v{v}" : "",
                    deploy.FinishedAt is { } end ? Visible.Seconds((end - deploy.CreatedAt).TotalSeconds) : "", deploy.Actor, deploy.Error?.Message);
            }
            table.Write(run.Screen);
        });
    }
}
