using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Control.Deploys;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>The last deploy: its steps, from its own log.</summary>
internal sealed class DeployPart(IDbContextFactory<SlipwayStore> stores, DeployLogs logs) : Part
{
    private const int MaxLines = 2000;

    public override string Name => "deploy";

    public override async Task<IReadOnlyList<ExplainedSection>> ExplainAsync(AppRow app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var deploy = await store.Deploys.AsNoTracking().Include(row => row.Account).Where(row => row.AppId == app.Id && row.FinishedAt != null).OrderByDescending(row => row.Id).FirstOrDefaultAsync(cancel);
        if (deploy is null) return [];
        var sections = new List<ExplainedSection>
        {
            new($"deploy {deploy.Uuid}", $"{deploy.Account?.Email} began it at {deploy.CreatedAt:u}; it {deploy.Status.ToString().ToLowerInvariant()}.",
                [.. new[] { $"kind {deploy.Kind}", deploy.SourceVersion is { } version ? $"source {version}" : null, deploy.SourceUrl is { } url ? $"from {url}" : null, deploy.SourceDigest is { } digest ? $"files {digest}" : null }.OfType<string>()]),
        };
        await foreach (var happened in logs.FollowAsync(deploy.Uuid, cancel))
        {
            switch (happened.Kind)
            {
                case DeployEventKind.StepStarted:
                    sections.Add(new ExplainedSection(happened.Step ?? "", happened.Text ?? "", []));
                    break;
                case DeployEventKind.Log when sections[^1].Lines.Count < MaxLines:
                    sections[^1] = sections[^1] with { Lines = [.. sections[^1].Lines, happened.Text ?? ""] };
                    break;
                case DeployEventKind.StepFinished:
                    sections[^1] = sections[^1] with { Why = string.Create(CultureInfo.InvariantCulture, $"{sections[^1].Why}: {happened.Text}{(happened.Seconds is { } seconds ? $" ({seconds:0.0} s)" : "")}") };
                    break;
                case DeployEventKind.StepSkipped:
                    sections.Add(new ExplainedSection(happened.Step ?? "", $"Not needed: {happened.Text}", []));
                    break;
                case DeployEventKind.Failed when happened.Error is { } error:
                    sections.Add(new ExplainedSection("failed", error.Message, [.. new[] { error.Why, error.Next }.OfType<string>()]));
                    break;
            }
        }

        return sections;
    }
}
