using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Images;
using Slipway.Control.Releases;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Releases;

/// <summary>Releases are numbered, kept, and gone back to.</summary>
public sealed class ReleaseLedgerTests : IDisposable
{
    private static readonly Dictionary<string, string> None = [];

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ReleaseLedger Ledger => new(_store, _store.Secrets, _store.Server, TimeProvider.System);

    private static NewRelease New(AppRow app, long? image = null, params string[] types) =>
        new(app.Id, image, "Deploy", 1, None, types.ToDictionary(type => type, _ => "command"));

    private ImageRow AddImage(AppRow app, bool onDisk)
    {
        var layer = Digest.Parse("sha256:" + new string(onDisk ? 'a' : 'b', 64));
        if (onDisk) Directory.CreateDirectory(LayerFiles.PathOf(_store.Server, layer));
        using var store = _store.CreateDbContext();
        var image = new ImageRow { Uuid = Guid.NewGuid(), AppId = app.Id, Layers = ImageLayers.ToJson(layer), Facts = "{}", SourceDigest = layer.Value };
        store.Images.Add(image);
        store.SaveChanges();
        return image;
    }

    private void Set(long release, ReleaseStatus status)
    {
        using var store = _store.CreateDbContext();
        store.Releases.Where(row => row.Id == release).ExecuteUpdate(set => set.SetProperty(row => row.Status, status));
    }

    [Fact]
    public async Task Numbers_have_neither_gaps_nor_doubles_whoever_writes_at_once()
    {
        var (blog, shop) = (_store.AddApp("blog"), _store.AddApp("shop"));
        var ledger = Ledger;
        var made = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => ledger.AddAsync(New(i % 2 == 0 ? blog : shop), Cancel), Cancel)));
        Assert.Equal(Enumerable.Range(1, 12), made.Where(row => row.AppId == blog.Id).Select(row => row.Version).Order());
        Assert.Equal(Enumerable.Range(1, 12), made.Where(row => row.AppId == shop.Id).Select(row => row.Version).Order());
    }

    [Fact]
    public async Task One_web_instance_is_wanted_at_first_and_what_was_scaled_stays()
    {
        var app = _store.AddApp("blog");
        await Ledger.AddAsync(New(app, null, "web", "release"), Cancel);
        using (var store = _store.CreateDbContext()) store.Formations.ExecuteUpdate(set => set.SetProperty(row => row.Quantity, 3));
        await Ledger.AddAsync(New(app, null, "web", "worker"), Cancel);
        using var after = _store.CreateDbContext();
        Assert.Equal(["web 3", "worker 0"], after.Formations.OrderBy(row => row.ProcessType).Select(row => row.ProcessType + " " + row.Quantity));
    }

    [Fact]
    public async Task What_cannot_be_gone_back_to_is_told_why()
    {
        var app = _store.AddApp("blog");
        var (here, gone) = (AddImage(app, onDisk: true), AddImage(app, onDisk: false));
        var good = await Ledger.AddAsync(New(app, here.Id), Cancel);
        var failed = await Ledger.AddAsync(New(app, here.Id), Cancel);
        var collected = await Ledger.AddAsync(New(app, gone.Id), Cancel);
        var config = await Ledger.AddAsync(New(app), Cancel);
        var pending = await Ledger.AddAsync(New(app, here.Id), Cancel);
        var current = await Ledger.AddAsync(New(app, here.Id), Cancel);
        foreach (var row in new[] { good, collected, config, current }) Set(row.Id, ReleaseStatus.Succeeded);
        Set(failed.Id, ReleaseStatus.Failed);
        app.CurrentReleaseId = current.Id;

        Assert.Equal(good.Id, (await Ledger.FindTargetAsync(app, good.Version, Cancel)).Id);
        foreach (var (version, id) in new[]
        {
            (99, "release_not_found"), (failed.Version, "release_failed"), (collected.Version, "release_not_kept"),
            (config.Version, "release_without_image"), (pending.Version, "release_pending"), (current.Version, "release_is_current"),
        })
            Assert.Equal(id, (await Assert.ThrowsAsync<SlipwayException>(() => Ledger.FindTargetAsync(app, version, Cancel))).Error.Id);
    }

    [Theory]
    [InlineData("A=2;B=", "Set A config vars; Remove B config vars", "A=2,C=3")]
    [InlineData("D=4;A=5", "Set A, D config vars", "A=5,B=2,C=3,D=4")]
    [InlineData("A=1;X=", null, "A=1,B=2,C=3")]
    public void Changes_of_config_are_told_in_herokus_words(string changes, string? description, string after)
    {
        var before = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2", ["C"] = "3" };
        var wanted = changes.Split(';').Select(change => change.Split('=')).ToDictionary(pair => ConfigKey.Parse(pair[0]), pair => pair[1] is "" ? null : pair[1]);
        var config = ConfigChange.Apply(before, wanted);
        Assert.Equal(description, ConfigChange.Describe(before, config));
        Assert.Equal(after, string.Join(',', config.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}")));
    }
}
