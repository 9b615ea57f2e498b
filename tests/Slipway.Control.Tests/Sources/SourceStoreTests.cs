using System.Formats.Tar;
using System.IO.Compression;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Sources;

namespace Slipway.Control.Tests.Sources;

/// <summary>What is taken in, and what never is.</summary>
public sealed class SourceStoreTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private SourceStore Store(SourceLimits? limits = null)
    {
        var store = new SourceStore(new ServerConfig { Home = _home.Path }, limits ?? new SourceLimits(), TimeProvider.System);
        store.Open();
        return store;
    }

    private string[] Left => [.. Directory.EnumerateFileSystemEntries(Path.Combine(_home.Path, "control", "sources"))];

    private async Task<SlipwayError> RefusedAsync(Stream archive, SourceLimits? limits = null)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Store(limits).ImportAsync(archive, Cancel));
        Assert.Empty(Left);
        return refusal.Error;
    }

    [Fact]
    public async Task A_folder_comes_out_as_it_went_in()
    {
        using var archive = new Archive();
        archive.Folder("./").Folder("site/").File("./site/views.py", "x = 1\n").File("run.sh", "#!/bin/sh\n", UnixFileMode.UserRead | UnixFileMode.UserExecute)
            .Link("site/link", "../run.sh").HardLink("copy.py", "site/views.py");
        var store = Store();
        var source = store.Find(await store.ImportAsync(archive.Gzip(), Cancel));

        Assert.Equal(3, source.Files);
        Assert.Equal("x = 1\n", File.ReadAllText(Path.Combine(source.Path, "site/views.py")));
        Assert.Equal("x = 1\n", File.ReadAllText(Path.Combine(source.Path, "copy.py")));
        Assert.Equal("../run.sh", new FileInfo(Path.Combine(source.Path, "site/link")).LinkTarget);
        Assert.True(File.GetUnixFileMode(Path.Combine(source.Path, "run.sh")).HasFlag(UnixFileMode.OtherExecute));
        Assert.False(File.GetUnixFileMode(Path.Combine(source.Path, "site/views.py")).HasFlag(UnixFileMode.UserExecute));
        Assert.True(File.GetUnixFileMode(Path.Combine(source.Path, "site/views.py")).HasFlag(UnixFileMode.OtherRead));
    }

    [Fact]
    public async Task The_digest_is_of_the_content_not_of_the_archive()
    {
        using var one = new Archive();
        using var other = new Archive();
        using var changed = new Archive();
        one.Folder("a/").File("a/x", "1").File("b", "2");
        other.File("b", "2").File("./a/x", "1");
        changed.File("b", "2").File("a/x", "1", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var store = Store();

        var first = await store.ImportAsync(one.Gzip(), Cancel);
        Assert.Equal(first, await store.ImportAsync(other.Tar(), Cancel));
        Assert.NotEqual(first, await store.ImportAsync(changed.Tar(), Cancel));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/cron.d/evil")]
    [InlineData("a/../../evil")]
    [InlineData("bell\a")]
    [InlineData("caf\uFFFD")]
    public async Task A_path_that_leads_out_or_lies_is_refused(string name)
    {
        using var archive = new Archive();
        var error = await RefusedAsync(archive.File("ok").File(name).Tar());
        Assert.Equal("unsafe_archive", error.Id);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData("inner/../secret")] // inner is a link to deep/er: the kernel would go to deep/secret, and on
    [InlineData("inner/../../../secret")]
    public async Task A_link_out_of_the_tree_is_refused_by_name(string target)
    {
        using var archive = new Archive();
        archive.File("a/x").File("deep/er/y").Link("inner", "deep/er").Link("bad", target);
        if (target == "inner/../secret")
        {
            await Store().ImportAsync(archive.Tar(), Cancel);
            return;
        }

        var error = await RefusedAsync(archive.Tar());
        Assert.Equal("unsafe_archive", error.Id);
        Assert.Contains("'bad'", error.Message);
    }

    [Fact]
    public async Task Writing_through_a_link_is_refused()
    {
        using var archive = new Archive();
        var error = await RefusedAsync(archive.Link("tmp", "/tmp").File("tmp/evil").Tar());
        Assert.Equal("unsafe_archive", error.Id);
    }

    [Fact]
    public async Task Links_in_a_circle_are_refused()
    {
        using var archive = new Archive();
        var error = await RefusedAsync(archive.File("x").Link("a", "b").Link("b", "a").Tar());
        Assert.Contains("circle", error.Why);
    }

    [Fact]
    public async Task A_hard_link_to_something_else_than_a_file_of_the_archive_is_refused()
    {
        using var archive = new Archive();
        Assert.Equal("unsafe_archive", (await RefusedAsync(archive.File("x").HardLink("shadow", "etc/shadow").Tar())).Id);
    }

    [Theory]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    public async Task Devices_and_pipes_are_refused(TarEntryType type)
    {
        using var archive = new Archive();
        var error = await RefusedAsync(archive.File("x").Entry(new PaxTarEntry(type, "dev")).Tar());
        Assert.Equal("unsafe_archive", error.Id);
    }

    [Fact]
    public async Task A_bomb_is_stopped_before_it_fills_the_disk()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        await using (var tar = new TarWriter(gzip))
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new Zeros(100L << 20) }, Cancel);
        packed.Position = 0;
        var error = await RefusedAsync(packed);
        Assert.Equal("source_too_large", error.Id);
        Assert.Contains("times its size", error.Why);
    }

    [Fact]
    public async Task Too_much_is_refused_in_each_measure()
    {
        using var total = new Archive();
        using var single = new Archive();
        using var count = new Archive();
        total.File("a", new string('a', 600)).File("b", new string('b', 600));
        single.File("a", new string('a', 900));
        for (var i = 0; i < 20; i++) count.File($"f{i}");
        Assert.Contains("more than 1000 B", (await RefusedAsync(total.Tar(), new SourceLimits { TotalBytes = 1000 })).Why);
        Assert.Contains("a file may have 800 B", (await RefusedAsync(single.Tar(), new SourceLimits { FileBytes = 800 })).Why);
        Assert.Contains("more than 10 files", (await RefusedAsync(count.Tar(), new SourceLimits { Entries = 10 })).Why);
    }

    [Fact]
    public async Task What_is_too_much_is_told_by_its_biggest_parts()
    {
        using var total = new Archive();
        using var count = new Archive();
        total.File("manage.py", "x").File("data/2025/a.csv", new string('a', 300)).File("data/2025/b.csv", new string('b', 300)).File("model.bin", new string('c', 500));
        for (var i = 0; i < 12; i++) count.File($"part{i}/readme.txt").File($"node_modules/left/{i}.js");
        Assert.EndsWith("Most of it: data/2025/ (600 B), model.bin (500 B), manage.py (1 B).", (await RefusedAsync(total.Tar(), new SourceLimits { TotalBytes = 1000 })).Why);
        var many = (await RefusedAsync(count.Tar(), new SourceLimits { Entries = 30 })).Why!;
        Assert.Contains("Most of them: node_modules/left/ (", many);
        Assert.Equal(10, many.Count(c => c == '('));
    }

    [Fact]
    public async Task Copies_by_hard_link_count_like_files()
    {
        using var archive = new Archive();
        archive.File("big", new string('a', 600)).HardLink("again", "big");
        Assert.Equal("source_too_large", (await RefusedAsync(archive.Tar(), new SourceLimits { TotalBytes = 1000 })).Id);
    }

    [Fact]
    public async Task An_archive_cut_short_or_no_archive_at_all_is_told_so()
    {
        using var archive = new Archive();
        var whole = archive.File("x", new string('x', 100_000)).Gzip().ToArray();
        Assert.Equal("invalid_archive", (await RefusedAsync(new MemoryStream(whole[..^40]))).Id);
        Assert.Equal("invalid_archive", (await RefusedAsync(new MemoryStream())).Id);
        Assert.Equal("invalid_archive", (await RefusedAsync(new MemoryStream("PK\x03\x04 zip"u8.ToArray()))).Id);
        Assert.Equal("invalid_archive", (await RefusedAsync(new MemoryStream(new byte[5000].Select((_, i) => (byte)(i * 7)).ToArray()))).Id);
    }

    [Fact]
    public async Task An_empty_folder_is_told_so()
    {
        using var archive = new Archive();
        Assert.Equal("empty_source", (await RefusedAsync(archive.Folder("a/").Tar())).Id);
    }

    [Fact]
    public async Task A_committed_virtual_environment_is_left_out_and_told()
    {
        using var archive = new Archive();
        archive.File("manage.py").File("env/pyvenv.cfg").File("env/lib/x.py").Link("env/bin/python", "/usr/bin/python3").Folder(".git/").File(".git/config", "token").File("._manage.py");
        var store = Store();
        var source = store.Find(await store.ImportAsync(archive.Tar(), Cancel));

        Assert.Equal(["manage.py"], Directory.EnumerateFileSystemEntries(source.Path).Select(Path.GetFileName));
        Assert.Contains(source.Notes, note => note.StartsWith("env/ is left out: it is a virtual environment"));
        Assert.Contains(".git is left out.", source.Notes);
    }

    [Fact]
    public async Task What_a_crash_left_is_cleared_and_unused_sources_are_collected()
    {
        var clock = new Clock();
        var store = new SourceStore(new ServerConfig { Home = _home.Path }, new SourceLimits(), clock);
        store.Open();
        using var kept = new Archive();
        using var unused = new Archive();
        var keep = await store.ImportAsync(kept.File("kept").Tar(), Cancel);
        await store.ImportAsync(unused.File("unused").Tar(), Cancel);
        Directory.CreateDirectory(Path.Combine(_home.Path, "control/sources/.new-1234/x"));
        store.Open();

        Assert.Equal(0, store.Collect(new HashSet<Contracts.Names.Digest>()));
        clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(1, store.Collect(new HashSet<Contracts.Names.Digest> { keep }));
        Assert.Equal([keep.FileName, keep.FileName + ".files", keep.FileName + ".json"], Left.Select(Path.GetFileName).Order());
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Zeros(long length) : MemoryStream
    {
        private long _at;

        public override long Length => length;
        public override long Position { get => _at; set => _at = value; }
        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, length - _at);
            buffer[..count].Clear();
            _at += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[bufferSize];
            for (int got; (got = Read(buffer)) > 0;) await destination.WriteAsync(buffer.AsMemory(0, got), cancellationToken);
        }
    }
}
