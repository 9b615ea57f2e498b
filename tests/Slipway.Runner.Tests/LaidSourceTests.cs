using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Xunit;

namespace Slipway.Runner.Tests;

/// <summary>What a build finds in /app, and what of it becomes the layer.</summary>
[Collection(LiveRunnerCollection.Name)]
[Trait("needs", "root")]
public sealed class LaidSourceTests(LiveRunner runner)
{
    private const string Marker = "mkdir -p /slipway; echo facts > /slipway/facts";

    private static int _sources;

    [Fact]
    public async Task A_build_finds_the_source_as_its_own_and_what_it_changes_becomes_the_layer()
    {
        var source = Source(("index.php", "one"), ("css/site.css", "two"), ("old/a", "three"), ("old/deep/b", "four"), ("data/keep", "five"), ("swap", "six"), ("run.sh", "#!/bin/sh"));
        File.SetUnixFileMode(Path.Combine(PathOf(source), "run.sh"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(Path.Combine(PathOf(source), "link"), "css/site.css");
        var script = $"cd /app; cat css/site.css link; echo more >> index.php; rm -r old; rm swap; mkdir swap; echo new > swap/x; rm -r data; mkdir data; echo other > data/new; {Marker}";
        var layer = await BuildAsync(new LaidSource(source, "", [], null), script);
        Assert.Equal("onemore\n", Text(layer, "app/index.php"));
        Assert.Equal("two", Text(layer, "app/css/site.css"));
        Assert.Equal("css/site.css", new FileInfo(Inside(layer, "app/link")).LinkTarget);
        Assert.Equal(["css", "data", "index.php", "link", "run.sh", "swap"], Names(layer, "app"));
        Assert.Equal(["new"], Names(layer, "app/data"));
        Assert.Equal(["x"], Names(layer, "app/swap"));
        Assert.Equal("facts\n", Text(layer, "slipway/facts"));
        foreach (var path in (string[])["app", "app/css", "app/css/site.css", "app/index.php"]) Assert.Equal((uint)runner.Config.UidBase + 1, Kernel.Libc.Status(Inside(layer, path))!.Value.Uid);
        Assert.Equal(0x1ed, Kernel.Libc.Status(Inside(layer, "app/run.sh"))!.Value.Mode & 0xfff);
        Assert.Equal(0x1a4, Kernel.Libc.Status(Inside(layer, "app/css/site.css"))!.Value.Mode & 0xfff);
    }

    [Fact]
    public async Task What_did_not_change_is_the_same_file_in_both_layers()
    {
        var first = Source(("index.html", "one"), ("a/kept", "kept"), ("a/built-over", "source"), ("gone", "gone"));
        var build = $"echo built > /app/a/built-over; {Marker}";
        var before = await BuildAsync(new LaidSource(first, "", [], null), build);
        var second = Next(first, ("index.html", "two"), ("new", "new"));
        File.Delete(Path.Combine(PathOf(second), "gone"));
        var after = await BuildAsync(new LaidSource(second, "", [], before), build);

        Assert.Equal(["a", "index.html", "new"], Names(after, "app"));
        Assert.Equal(Inode(before, "app/a/kept"), Inode(after, "app/a/kept"));
        Assert.NotEqual(Inode(before, "app/index.html"), Inode(after, "app/index.html"));
        Assert.Equal("two", Text(after, "app/index.html"));
        Assert.Equal("one", Text(before, "app/index.html"));

        // A build that no longer writes over it finds the source's content, not the last build's.
        var plain = await BuildAsync(new LaidSource(second, "", [], after), Marker);
        Assert.Equal("source", Text(plain, "app/a/built-over"));
        Assert.Equal(plain, await BuildAsync(new LaidSource(second, "", [], null), Marker)); // however it was put together
    }

    [Fact]
    public async Task Without_the_earlier_source_or_layer_all_is_copied()
    {
        var first = Source(("a", "a"), ("b", "b"));
        var before = await BuildAsync(new LaidSource(first, "", [], null), Marker);
        var second = Next(first, ("b", "c"));
        Directory.Delete(PathOf(first), recursive: true);
        var after = await BuildAsync(new LaidSource(second, "", [], before), Marker);
        Assert.NotEqual(Inode(before, "app/a"), Inode(after, "app/a"));
        await runner.Client.SendAsync(RunnerVerb.RemoveLayer, new LayerRequest(after), ContractsJson.Default.LayerRequest, LiveRunner.Cancel);
        Assert.False(File.Exists(Path.Combine(runner.Config.LayersDirectory, after.FileName + ".list")));
        Assert.Equal("a", Text(await BuildAsync(new LaidSource(second, "", [], after), Marker), "app/a"));
    }

    [Fact]
    public async Task A_file_that_lost_its_mode_is_not_taken_over()
    {
        var first = Source(("tool", "#!/bin/sh"));
        var before = await BuildAsync(new LaidSource(first, "", [], null), Marker);
        var second = Next(first);
        File.SetUnixFileMode(Path.Combine(PathOf(second), "tool"), (UnixFileMode)0b111_101_101); // and so in the first
        Assert.Equal(0x1ed, Kernel.Libc.Status(Inside(await BuildAsync(new LaidSource(second, "", [], before), Marker), "app/tool"))!.Value.Mode & 0xfff);
    }

    [Fact]
    public async Task A_folder_of_it_and_without_some_names()
    {
        var source = Source(("dist/index.html", "x"), ("dist/node_modules/a", "x"), ("dist/lib/node_modules/b", "x"), ("dist/lib/vendor/c", "x"), ("dist/vendor/d", "x"), ("other", "x"));
        var layer = await BuildAsync(new LaidSource(source, "dist", ["node_modules", "/vendor"], null), Marker);
        Assert.Equal(["index.html", "lib"], Names(layer, "app"));
        Assert.Equal(["vendor"], Names(layer, "app/lib"));
    }

    [Fact]
    public async Task A_dependency_layer_below_shows_through_and_stays_out_of_it()
    {
        var vendor = await BuildAsync(null, "mkdir -p /app/vendor; echo dep > /app/vendor/lib.php", "/app/vendor");
        var source = Source(("index.php", "x"));
        var layer = await BuildAsync(new LaidSource(source, "", [], null), $"cp /app/vendor/lib.php /app/copy; {Marker}", layers: [LiveRunner.Busybox, vendor]);
        Assert.Equal(["copy", "index.php"], Names(layer, "app"));
    }

    [Theory]
    [InlineData("../layers")]
    [InlineData("/etc")]
    [InlineData("a/../..")]
    [InlineData("a//b")]
    public async Task No_folder_leads_out(string folder) =>
        Assert.Equal("invalid_spec", (await Assert.ThrowsAsync<SlipwayException>(() => BuildAsync(new LaidSource(Source(("a/b", "x")), folder, [], null), Marker))).Error.Id);

    [Fact]
    public async Task No_link_of_slipwayds_leads_the_runner_elsewhere()
    {
        var secret = Path.Combine(runner.Config.Home, "secret");
        Directory.CreateDirectory(secret);
        await File.WriteAllTextAsync(Path.Combine(secret, "key"), "secret", LiveRunner.Cancel);
        var source = Source(("index.html", "x"));
        Directory.CreateSymbolicLink(Path.Combine(PathOf(source), "sub"), secret);
        Assert.Equal("source_missing", (await Assert.ThrowsAsync<SlipwayException>(() => BuildAsync(new LaidSource(source, "sub", [], null), Marker))).Error.Id);
        // As a link it is laid out, and leads nowhere that the instance has.
        Assert.Equal(secret, new FileInfo(Inside(await BuildAsync(new LaidSource(source, "", [], null), Marker), "app/sub")).LinkTarget);

        var whole = Digest.FromHash(System.Security.Cryptography.SHA256.HashData("a link"u8));
        File.CreateSymbolicLink(PathOf(whole), secret);
        Assert.Equal("source_missing", (await Assert.ThrowsAsync<SlipwayException>(() => BuildAsync(new LaidSource(whole, "", [], null), Marker))).Error.Id);
        File.Delete(PathOf(whole));
    }

    [Fact]
    public async Task Only_builds_have_one()
    {
        var spec = runner.Spec("true") with { Laid = new LaidSource(Source(("a", "a")), "", [], null) };
        Assert.Equal("invalid_spec", (await Assert.ThrowsAsync<SlipwayException>(() => runner.StartAsync(spec))).Error.Id);
    }

    private async Task<Digest> BuildAsync(LaidSource? laid, string script, string? path = null, IReadOnlyList<Digest>? layers = null)
    {
        var spec = runner.Spec("sh", "-c", script) with { Kind = InstanceKind.Build, Name = "build.1", Laid = laid, Layers = layers ?? [LiveRunner.Busybox] };
        await runner.StartAsync(spec);
        try
        {
            await LiveRunner.UntilAsync("the build ended", async () => (await runner.FindAsync(spec.Id)).Exit is not null);
            Assert.Equal(0, (await runner.FindAsync(spec.Id)).Exit!.Code);
            var request = new CommitRequest(spec.Id, path is null ? ["/app", "/slipway"] : [path], Shared: path is not null);
            return (await runner.Client.CallAsync(RunnerVerb.Commit, request, ContractsJson.Default.CommitRequest, ContractsJson.Default.LayerInfo, LiveRunner.Cancel)).Digest;
        }
        finally
        {
            await runner.RemoveAsync(spec.Id);
            Assert.Empty(runner.TracesOf(spec.Id));
        }
    }

    private Digest Source(params (string Path, string Content)[] files)
    {
        var digest = Digest.FromHash(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(Interlocked.Increment(ref _sources))));
        Directory.CreateDirectory(PathOf(digest));
        Write(digest, files);
        return digest;
    }

    /// <summary>As slipwayd makes the next source: links to the last one's files, and new files in place of those that changed.</summary>
    private Digest Next(Digest last, params (string Path, string Content)[] files)
    {
        var next = Source();
        using (var copy = System.Diagnostics.Process.Start("cp", ["-al", PathOf(last) + "/.", PathOf(next)])) copy.WaitForExit();
        foreach (var (path, _) in files) File.Delete(Path.Combine(PathOf(next), path));
        Write(next, files);
        return next;
    }

    private void Write(Digest source, (string Path, string Content)[] files)
    {
        foreach (var (path, content) in files)
        {
            var file = Path.Combine(PathOf(source), path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }
    }

    private string PathOf(Digest source) => Path.Combine(runner.Config.SourcesDirectory, source.FileName);

    private string Inside(Digest layer, string path) => Path.Combine(runner.Config.LayersDirectory, layer.FileName, path);

    private string Text(Digest layer, string path) => File.ReadAllText(Inside(layer, path));

    private ulong Inode(Digest layer, string path) => Kernel.Libc.Status(Inside(layer, path))!.Value.Inode;

    private IEnumerable<string?> Names(Digest layer, string path) => Directory.EnumerateFileSystemEntries(Inside(layer, path)).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
