using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Control.Sources;

namespace Slipway.Control.Tests.Sources;

/// <summary>A folder that people change is taken in again and again; only what changed is read.</summary>
public sealed class FolderMemoryTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly TemporaryFolder _folder = new();
    private readonly SourceStore _store;

    public FolderMemoryTests()
    {
        _store = new SourceStore(new ServerConfig { Home = _home.Path }, new SourceLimits(), TimeProvider.System);
        _store.Open();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _home.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_did_not_change_is_the_same_file_in_both_sources()
    {
        var (first, second) = await TwiceAsync(() => _folder.File("changed", "two"));
        Assert.Equal(Inode(first, "kept"), Inode(second, "kept"));
        Assert.NotEqual(Inode(first, "changed"), Inode(second, "changed"));
        Assert.Equal(("one", "two"), (Text(first, "changed"), Text(second, "changed")));
        using var whole = new TemporaryFolder();
        whole.File("kept", "kept");
        whole.File("changed", "two");
        Assert.Equal(second.Digest, (await _store.ImportFolderAsync(whole.Path, ["changed", "kept"], Cancel)).Digest); // however it was put together
        Assert.Equal(["changed", "kept"], _store.FilesOf(second.Digest).Select(file => file.Path).Order());
    }

    [Fact]
    public async Task Equal_size_and_time_do_not_hide_a_change()
    {
        var time = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(_folder.File("changed", "one"), time);
        var (_, second) = await TwiceAsync(() => File.SetLastWriteTimeUtc(_folder.File("changed", "two"), time), begin: false);
        Assert.Equal("two", Text(second, "changed"));
    }

    [Fact]
    public async Task A_file_made_a_program_becomes_one_and_the_earlier_source_does_not()
    {
        var (first, second) = await TwiceAsync(() => File.SetUnixFileMode(Path.Combine(_folder.Path, "kept"), (UnixFileMode)0b111_101_101));
        Assert.NotEqual(first.Digest, second.Digest);
        Assert.False(File.GetUnixFileMode(Path.Combine(first.Path, "kept")).HasFlag(UnixFileMode.UserExecute));
        Assert.True(File.GetUnixFileMode(Path.Combine(second.Path, "kept")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task A_further_name_for_a_while_is_no_change_and_a_change_meanwhile_is_one()
    {
        string kept = _folder.File("kept", "kept"), changed = _folder.File("changed", "one"), mode = _folder.File("mode", "run");
        await Task.Delay(120, Cancel); // what is fresher than the kernel's clock is read again
        await ImportAsync();
        string[] paths = ["kept", "changed", "mode"];
        var before = paths.ToDictionary(path => path, path => FileStamp.Of(Path.Combine(_folder.Path, path))!.Value);
        foreach (var path in paths) Assert.True(FileStamp.TryLink(Path.Combine(_folder.Path, path), Path.Combine(_home.Path, path)));
        foreach (var path in paths) File.Delete(Path.Combine(_home.Path, path));
        File.Delete(changed);
        _folder.File("changed", "two");
        File.SetUnixFileMode(mode, (UnixFileMode)0b111_101_101);
        Assert.Null(Memory().Find("kept", FileStamp.Of(kept)!.Value));

        Memory().Restamp(before.Select(file => (file.Key, file.Value, FileStamp.Of(Path.Combine(_folder.Path, file.Key)))));
        Assert.NotNull(Memory().Find("kept", FileStamp.Of(kept)!.Value));
        Assert.Null(Memory().Find("changed", FileStamp.Of(changed)!.Value));
        Assert.Null(Memory().Find("mode", FileStamp.Of(mode)!.Value));
    }

    [Fact]
    public async Task An_earlier_source_that_is_gone_costs_time_and_nothing_else()
    {
        _folder.File("kept", "kept");
        var first = await ImportAsync();
        Directory.Delete(first.Path, recursive: true);
        _folder.File("changed", "two");
        Assert.Equal("kept", Text(await ImportAsync(), "kept"));
        File.WriteAllText(Path.Combine(_home.Path, "memory"), "not a memory");
        Assert.Equal("kept", Text(await ImportAsync(), "kept"));
    }

    [Theory]
    [InlineData("new\nline")]
    [InlineData("bell\a")]
    public async Task A_name_that_no_source_may_have_is_refused(string name)
    {
        _folder.File(name, "x");
        var refusal = await Assert.ThrowsAsync<SlipwayException>(ImportAsync);
        Assert.Equal("unsafe_archive", refusal.Error.Id);
    }

    [Fact]
    public async Task A_pipe_is_refused_and_not_waited_for()
    {
        await Programs.RunAsync("mkfifo", Path.Combine(_folder.Path, "pipe"));
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => ImportAsync().WaitAsync(TimeSpan.FromSeconds(10), Cancel));
        Assert.Equal("unsafe_archive", refusal.Error.Id);
    }

    private async Task<(SourceTree, SourceTree)> TwiceAsync(Action change, bool begin = true)
    {
        _folder.File("kept", "kept");
        if (begin) _folder.File("changed", "one");
        await Task.Delay(120, Cancel); // what is fresher than the kernel's clock is read again
        var first = await ImportAsync();
        change();
        return (first, await ImportAsync());
    }

    private Task<SourceTree> ImportAsync()
    {
        var files = Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder.Path, file));
        return _store.ImportFolderAsync(_folder.Path, files, Memory(), Cancel);
    }

    private FolderMemory Memory() => FolderMemory.Read(Path.Combine(_home.Path, "memory"));

    private static ulong Inode(SourceTree source, string path) => FileStamp.Of(Path.Combine(source.Path, path))!.Value.Inode;

    private static string Text(SourceTree source, string path) => File.ReadAllText(Path.Combine(source.Path, path));
}
