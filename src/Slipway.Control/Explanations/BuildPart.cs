using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Deploys;
using Slipway.Control.Images;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>The image that serves: its layers where they lie, and the log of the build that made it.</summary>
internal sealed class BuildPart(IDbContextFactory<SlipwayStore> stores, DeployLogs logs, RunnerClient runner, ServerConfig server) : Part
{
    private const int MaxLines = 2000;

    public override string Name => "build";

    public override async Task<IReadOnlyList<ExplainedSection>> ExplainAsync(AppRow app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var image = await store.Releases.AsNoTracking().Where(row => row.Id == app.CurrentReleaseId).Select(row => row.Image).SingleOrDefaultAsync(cancel);
        if (image is null) return [];
        var known = (await runner.CallAsync(RunnerVerb.Layers, ContractsJson.Default.IReadOnlyListLayerInfo, cancel)).ToDictionary(layer => layer.Digest);
        var stacks = (await runner.CallAsync(RunnerVerb.Stacks, ContractsJson.Default.IReadOnlyListStackInfo, cancel)).ToDictionary(stack => stack.Layer);
        var sections = new List<ExplainedSection>
        {
            new("layers", "Bottom first: the stack, what the app depends on, the app. Plain folders, named by the hash of what is in them; an instance's root is an overlay of them.",
            [
                .. ImageLayers.Of(image).Select(digest => string.Create(CultureInfo.InvariantCulture,
                    $"{LayerFiles.PathOf(server, digest)}   # {(stacks.TryGetValue(digest, out var stack) ? $"stack {stack.Name} of {stack.Date}, " : "")}{(known.TryGetValue(digest, out var layer) ? $"{layer.Files} files, {Size.Text(layer.Bytes)}" : "not on the disk")}")),
            ]),
            new("source", "The files that were deployed.", [$"{image.SourceDigest}   # {Path.Combine(server.SourcesDirectory, Contracts.Names.Digest.Parse(image.SourceDigest).FileName)}"]),
        };
        var deploy = await store.Deploys.AsNoTracking().Where(row => row.ImageId == image.Id).OrderBy(row => row.Id).Select(row => (Guid?)row.Uuid).FirstOrDefaultAsync(cancel);
        if (deploy is not { } uuid) return sections;
        await foreach (var happened in logs.FollowAsync(uuid, cancel))
        {
            if (happened.Step is not ("preflight" or "packages" or "dependencies" or "build")) continue;
            if (happened.Kind is DeployEventKind.StepStarted or DeployEventKind.StepSkipped)
                sections.Add(new ExplainedSection(happened.Step, happened.Kind is DeployEventKind.StepSkipped ? $"Not needed: {happened.Text}" : happened.Text ?? "", []));
            else if (happened.Kind is DeployEventKind.Log or DeployEventKind.StepFinished && happened.Text is { } text && sections[^1].Lines.Count < MaxLines)
                sections[^1] = sections[^1] with { Lines = [.. sections[^1].Lines, text] };
        }

        return sections;
    }
}
