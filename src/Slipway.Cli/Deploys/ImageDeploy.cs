using System.Net.Http.Headers;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Deploys;

/// <summary><c>slipway deploy --image</c>: an image in a registry, which the server pulls, or one in a file, which is sent.</summary>
internal static class ImageDeploy
{
    public static async Task<(AppName App, Guid Deploy)> StartAsync(Invocation run, string image, string? message, IDeployView view, CancellationToken cancel)
    {
        if (File.Exists(image)) return await UploadAsync(run, image, message, view, cancel);
        if (image.StartsWith('.') || image.StartsWith('/') || image.EndsWith(".tar", StringComparison.Ordinal) || image.EndsWith(".tar.gz", StringComparison.Ordinal))
            throw Failure.Usage("image_file_missing", $"There is no file {TypedName.Quote(image)}.", "An image is the name of one in a registry, or a file.", "docker save --output image.tar NAME:TAG, then: slipway deploy --image ./image.tar");
        var app = await DeployTarget.FindOrCreateAsync(run, Environment.CurrentDirectory, cancel);
        var build = await run.Api.SendAsync(HttpMethod.Post, Routes.Own(app, "images"), new DeployImageRequest(image, message), ContractsJson.Default.DeployImageRequest, ContractsJson.Default.Build, cancel);
        return (app, build.DeployId ?? build.Value.Id);
    }

    private static async Task<(AppName App, Guid Deploy)> UploadAsync(Invocation run, string file, string? message, IDeployView view, CancellationToken cancel)
    {
        var app = await DeployTarget.FindOrCreateAsync(run, Environment.CurrentDirectory, cancel);
        var started = TimeProvider.System.GetTimestamp();
        await using var content = File.OpenRead(file);
        var what = $"{Path.GetFileName(file)}, {Visible.Bytes(content.Length)}";
        view.Show(new DeployEvent(DateTimeOffset.UtcNow, DeployEventKind.StepStarted, "upload", $"Sending {what}"));
        var source = (await run.Api.SendAsync(HttpMethod.Post, Routes.Sources, null, ContractsJson.Default.Source, cancel)).Value.SourceBlob;
        using var body = new StreamContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-tar") } };
        await run.Api.SendAsync(HttpMethod.Put, source.PutUrl, body, cancel);
        view.Show(new DeployEvent(DateTimeOffset.UtcNow, DeployEventKind.StepFinished, "upload", what) { Seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds });
        var request = new CreateBuildRequest(new BuildSource(source.GetUrl, message ?? Path.GetFileName(file), null));
        var build = await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "builds"), request, ContractsJson.Default.CreateBuildRequest, ContractsJson.Default.Build, cancel);
        return (app, build.DeployId ?? build.Value.Id);
    }
}
