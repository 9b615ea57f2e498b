using System.Text;
using Slipway.Contracts.Api;
using Slipway.Control.Git;
using Slipway.Control.Releases;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Releases;

/// <summary>In what two releases differ, by real sources and real git.</summary>
public sealed class ReleaseComparisonTests : IDisposable
{
    private readonly TestStore _store = new();
    private readonly SourceStore _sources;
    private readonly AppRow _app;

    public ReleaseComparisonTests()
    {
        _sources = new SourceStore(_store.Server, new SourceLimits(), TimeProvider.System);
        _sources.Open();
        Directory.CreateDirectory(_store.Server.GitDirectory);
        _app = _store.AddApp("blog");
    }

    public void Dispose() => _store.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_config_vars_and_process_types_are_compared_with_the_last_release_that_served()
    {
        await ReleaseAsync(1, ReleaseStatus.Succeeded, """{"web":"gunicorn a"}""", ("A", "1"), ("B", "2"));
        await ReleaseAsync(2, ReleaseStatus.Failed, "{}");
        var last = await ReleaseAsync(3, ReleaseStatus.Succeeded, """{"web":"gunicorn b","worker":"celery"}""", ("B", "3"), ("C", "4"));
        last.Image!.SourceDigest = (await _sources.ImportTextAsync("app.py", "one\n+++ b/sha256\ntwo\n", Cancel)).Digest.ToString();
        var before = (await _sources.ImportTextAsync("app.py", "one\n", Cancel)).Digest.ToString();
        await SetSourceAsync(1, before);
        var changes = await CompareAsync(last);
        Assert.Equal((3, 1, true, true), (changes.Version, changes.Before, changes.IsSourceKept, changes.IsWhole));
        Assert.Equal([("A", ChangeKind.Removed), ("B", ChangeKind.Changed), ("C", ChangeKind.Added)], changes.ConfigVars.Select(one => (one.Name, one.Kind)));
        Assert.Equal([("web", ChangeKind.Changed), ("worker", ChangeKind.Added)], changes.ProcessTypes.Select(one => (one.Name, one.Kind)));
        Assert.Equal(["diff --git a/app.py b/app.py", "--- a/app.py", "+++ b/app.py", "@@ -1 +1,3 @@", " one", "++++ b/sha256", "+two"], changes.Diff.Where(line => !line.StartsWith("index ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_first_and_one_whose_source_is_gone_are_told_so()
    {
        var first = await ReleaseAsync(1, ReleaseStatus.Succeeded, "{}", ("A", "1"));
        var changes = await CompareAsync(first);
        Assert.Equal((null, false, 0), (changes.Before, changes.IsSourceKept, changes.Diff.Count));
        Assert.Equal([("A", ChangeKind.Added)], changes.ConfigVars.Select(one => (one.Name, one.Kind)));
    }

    [Fact]
    public async Task A_long_diff_ends_early()
    {
        await ReleaseAsync(1, ReleaseStatus.Succeeded, "{}");
        await SetSourceAsync(1, (await _sources.ImportTextAsync("data.txt", "x\n", Cancel)).Digest.ToString());
        var last = await ReleaseAsync(2, ReleaseStatus.Succeeded, "{}");
        var text = new StringBuilder();
        for (var at = 0; at < 6000; at++) text.Append(at).Append(new string('y', at == 0 ? 3000 : 1)).Append('\n');
        last.Image!.SourceDigest = (await _sources.ImportTextAsync("data.txt", text.ToString(), Cancel)).Digest.ToString();
        var changes = await CompareAsync(last);
        Assert.Equal((5000, false), (changes.Diff.Count, changes.IsWhole));
        Assert.All(changes.Diff, line => Assert.InRange(line.Length, 0, 2001));
    }

    private async Task<ReleaseChanges> CompareAsync(ReleaseRow release)
    {
        await using var store = _store.CreateDbContext();
        return await new ReleaseComparison(new GitProgram(_store.Server), _sources, _store.Secrets).OfAsync(store, release, Cancel);
    }

    private async Task SetSourceAsync(int version, string digest)
    {
        await using var store = _store.CreateDbContext();
        store.Images.Single(row => row.Uuid == store.Releases.Single(release => release.Version == version).Image!.Uuid).SourceDigest = digest;
        await store.SaveChangesAsync(Cancel);
    }

    private async Task<ReleaseRow> ReleaseAsync(int version, ReleaseStatus status, string types, params (string Key, string Value)[] config)
    {
        await using var store = _store.CreateDbContext();
        var row = new ReleaseRow
        {
            Uuid = Guid.NewGuid(), AppId = _app.Id, Version = version, Description = "x", AccountId = 1, Status = status, ProcessTypes = types,
            ConfigVars = _store.Secrets.SealMap(config.ToDictionary(pair => pair.Key, pair => pair.Value)),
            Image = new ImageRow { Uuid = Guid.NewGuid(), AppId = _app.Id, Layers = "[]", Facts = "{}", SourceDigest = "sha256:" + new string('0', 64) },
        };
        store.Releases.Add(row);
        await store.SaveChangesAsync(Cancel);
        return row;
    }
}
