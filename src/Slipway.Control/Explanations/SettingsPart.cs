using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Api;
using Slipway.Control.Apps;
using Slipway.Control.Images;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>What of Django's settings Slipway set, and why; the rest is the project's own.</summary>
internal sealed class SettingsPart(IDbContextFactory<SlipwayStore> stores, DjangoSettings settings) : Part
{
    public override string Name => "settings";

    public override async Task<IReadOnlyList<ExplainedSection>> ExplainAsync(AppRow app, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        var facts = await store.Releases.Where(row => row.Id == app.CurrentReleaseId && row.Image != null).Select(row => row.Image!.Facts).FirstOrDefaultAsync(cancel);
        if (facts is null || ImageFacts.Parse(facts).Django is not { } django) return [new("no settings", "It is not a Django app: Slipway changes no settings of it.", [])];
        var all = await settings.ReadAsync(app.Id, app.CurrentReleaseId!.Value, cancel);
        return
        [
            .. all.Where(setting => setting.Origin == SettingOrigin.Slipway).Select(setting => new ExplainedSection(setting.Name, setting.Why ?? "",
                [$"{setting.Name} = {setting.Value}", .. setting.TakeBack is { } back ? (string[])[$"to have your own: {back}"] : []])),
            new("yours", $"From {django.Settings}, as they are. All of them: slipway settings", [.. all.Where(setting => setting.Origin == SettingOrigin.Yours).Select(setting => $"{setting.Name} = {setting.Value}")]),
        ];
    }
}
