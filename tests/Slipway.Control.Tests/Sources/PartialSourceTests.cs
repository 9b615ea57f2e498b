using System.Security.Cryptography;
using System.Text;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Sources;

/// <summary>Sources of which only a part is sent.</summary>
public sealed class PartialSourceTests : IDisposable
{
    private readonly TestStore _stores = new();
    private readonly SourceStore _sources;
    private readonly PartialSources _partial;
    private readonly AppRow _app;

    public PartialSourceTests()
    {
        _sources = new SourceStore(_stores.Server, new SourceLimits(), TimeProvider.System);
        _sources.Open();
        _partial = new PartialSources(_stores, _sources, new SourceLimits());
        _app = _stores.AddApp("blog");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _stores.Dispose();

    [Fact]
    public async Task Of_many_files_the_one_that_changed_is_asked_for_and_the_source_is_as_if_all_had_come()
    {
        using var before = new Archive();
        await BuiltAsync(_app, before.File("manage.py", "old").File("site/a.py", "a").File("site/b.py", "b"));
        var manifest = Manifest(("manage.py", "new"), ("site/a.py", "a"), ("moved/b.py", "b"));
        Assert.Equal([0], await _partial.LackingAsync(_app.Id, manifest, Cancel));

        using var sent = new Archive();
        var digest = await _partial.ImportAsync(_app.Id, manifest, sent.File("manage.py", "new").Gzip(), Cancel);
        using var whole = new Archive();
        whole.File("manage.py", "new").File("site/a.py", "a").File("moved/b.py", "b").Folder("site/empty").Link("link", "manage.py");
        Assert.Equal(await _sources.ImportAsync(whole.Tar(), Cancel), digest);
    }

    [Fact]
    public async Task Nothing_changed_and_nothing_is_sent()
    {
        using var before = new Archive();
        await BuiltAsync(_app, before.File("manage.py", "x"));
        var manifest = Manifest(("manage.py", "x"));
        Assert.Empty(await _partial.LackingAsync(_app.Id, manifest, Cancel));
        Assert.Equal(1, _sources.Find(await _partial.ImportAsync(_app.Id, manifest, new MemoryStream(), Cancel)).Files);
    }

    [Fact]
    public async Task Another_apps_content_cannot_be_had_by_its_hash()
    {
        using var secret = new Archive();
        await BuiltAsync(_stores.AddApp("other"), secret.File("settings.py", "SECRET"));
        var manifest = Manifest(("settings.py", "SECRET"));
        Assert.Equal([0], await _partial.LackingAsync(_app.Id, manifest, Cancel));
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => _partial.ImportAsync(_app.Id, manifest, new MemoryStream(), Cancel));
        Assert.Equal("source_incomplete", refusal.Error.Id);
    }

    [Fact]
    public async Task A_program_is_not_the_same_file_as_one_that_is_none()
    {
        using var before = new Archive();
        await BuiltAsync(_app, before.File("run.sh", "x"));
        var manifest = Manifest(("run.sh", "x")) with { Links = new Dictionary<string, string>(), Folders = [] };
        manifest = manifest with { Files = [manifest.Files[0] with { Executable = true }] };
        Assert.Equal([0], await _partial.LackingAsync(_app.Id, manifest, Cancel));
    }

    [Fact]
    public async Task What_comes_must_be_what_was_listed()
    {
        using var changed = new Archive();
        await RefusedAsync("source_incomplete", Manifest(("a", "listed")), changed.File("a", "other").Gzip());
        using var more = new Archive();
        await RefusedAsync("unsafe_archive", Manifest(("a", "listed")), more.File("a", "listed").File("b", "not listed").Gzip());
        await RefusedAsync("source_incomplete", Manifest(("a", "listed")), new MemoryStream());
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("bell\a")]
    [InlineData("new\nline")]
    [InlineData("")]
    public async Task No_path_leads_out(string path)
    {
        await RefusedAsync("unsafe_archive", Manifest((path, "x")), new MemoryStream());
        await RefusedAsync("unsafe_archive", Manifest() with { Folders = [path] }, new MemoryStream());
        await RefusedAsync("unsafe_archive", Manifest() with { Links = new Dictionary<string, string> { [path] = "x" } }, new MemoryStream());
    }

    [Fact]
    public async Task A_link_out_is_refused_as_in_an_archive()
    {
        using var sent = new Archive();
        await RefusedAsync("unsafe_archive", Manifest(("a", "x")) with { Links = new Dictionary<string, string> { ["out"] = "../../etc" } }, sent.File("a", "x").Gzip());
    }

    [Fact]
    public async Task What_is_never_part_of_an_app_is_left_out()
    {
        using var sent = new Archive();
        var digest = await _partial.ImportAsync(_app.Id, Manifest(("a", "x"), (".git/config", "y")), sent.File("a", "x").File(".git/config", "y").Gzip(), Cancel);
        Assert.Equal(["a"], _sources.FilesOf(digest).Select(file => file.Path));
    }

    [Fact]
    public async Task A_list_without_bounds_is_refused()
    {
        await RefusedAsync("source_too_large", Manifest() with { Folders = [.. Enumerable.Range(0, 100_001).Select(at => $"f{at}")] }, new MemoryStream());
        await RefusedAsync("source_too_large", Manifest() with { Files = [new ManifestFile("a", new string('0', 64), 1L << 40, false)] }, new MemoryStream());
        await RefusedAsync("invalid_manifest", Manifest() with { Files = [new ManifestFile("a", "../../x", 1, false)] }, new MemoryStream());
    }

    private async Task RefusedAsync(string id, SourceManifest manifest, Stream archive)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => _partial.ImportAsync(_app.Id, manifest, archive, Cancel));
        Assert.Equal(id, refusal.Error.Id);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_stores.Server.SourcesDirectory), path => Path.GetFileName(path)[0] == '.');
    }

    private async Task BuiltAsync(AppRow app, Archive archive)
    {
        var digest = await _sources.ImportAsync(archive.Tar(), Cancel);
        await using var store = _stores.CreateDbContext();
        store.Images.Add(new ImageRow { Uuid = Guid.NewGuid(), AppId = app.Id, Layers = "[]", Facts = "{}", SourceDigest = digest.Value, CreatedAt = DateTimeOffset.UtcNow });
        await store.SaveChangesAsync(Cancel);
    }

    private static SourceManifest Manifest(params (string Path, string Content)[] files) => new(
        [.. files.Select(file => new ManifestFile(file.Path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Content))), Encoding.UTF8.GetByteCount(file.Content), false))],
        files.Length == 3 ? ["site", "site/empty"] : [], files.Length == 3 ? new Dictionary<string, string> { ["link"] = "manage.py" } : new Dictionary<string, string>());
}
