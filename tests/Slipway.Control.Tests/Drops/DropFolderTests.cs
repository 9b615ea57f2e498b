using System.Diagnostics;
using Slipway.Control.Drops;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Drops;

/// <summary>When a folder counts as quiet, with real files and a real other process.</summary>
public sealed class DropFolderTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly DropFolder _folder;

    public DropFolderTests() => _folder = new DropFolder(
        new AppRow { Id = 1, Name = "blog", GeneratedSecrets = "", ConfigVars = "" }, _home.Path, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task One_file_is_quiet_soon_and_names_who_saved_it()
    {
        var quiet = _folder.QuietAsync(Cancel);
        var began = Stopwatch.GetTimestamp();
        _folder.Touch(7);
        await SaveAsync("index.html");
        Assert.Equal(7, await quiet.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task Many_files_are_gathered()
    {
        var quiet = _folder.QuietAsync(Cancel);
        await SaveAsync("first.html");
        for (var i = 0; i < 5; i++)
        {
            await SaveAsync($"{i}.html");
            await Task.Delay(400, Cancel); // longer than one file alone is waited for
            Assert.False(quiet.IsCompleted);
        }

        await quiet.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    [Fact]
    public async Task While_another_process_writes_it_is_not_quiet()
    {
        var file = Path.Combine(_folder.Files, "upload.html");
        using var writer = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec 3>\"$0\"; echo half >&3; sleep 2; echo whole >&3", file]))!;
        var quiet = _folder.QuietAsync(Cancel);
        await quiet.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.Equal("half\nwhole\n", await File.ReadAllTextAsync(file, Cancel));
        await writer.WaitForExitAsync(Cancel);
    }

    [Fact]
    public async Task While_an_upload_is_under_way_it_is_not_quiet()
    {
        var quiet = _folder.QuietAsync(Cancel);
        using (_folder.Writing())
        {
            await SaveAsync("a.html");
            await Task.Delay(1500, Cancel);
            Assert.False(quiet.IsCompleted);
        }

        await quiet.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    [Fact]
    public async Task The_failure_note_is_no_change()
    {
        FailureNote.Write(_folder, new("broken", "It is broken.") { Why = "So it is.", Next = "Mend it.", Evidence = ["line 1"] }, DateTimeOffset.UnixEpoch);
        await Task.Delay(500, Cancel);
        Assert.False(_folder.HasChanged);
        Assert.Empty(DropTree.Files(_folder.Files));
        var text = await File.ReadAllTextAsync(Path.Combine(_folder.Files, FailureNote.FileName), Cancel);
        foreach (var part in (string[])["It is broken.", "So it is.", "Mend it.", "line 1"]) Assert.Contains(part, text);
    }

    [Fact]
    public async Task What_is_not_the_apps_own_is_left_out()
    {
        foreach (var path in (string[])["index.html", "css/site.css", ".htaccess", ".git/config", ".DS_Store", "css/._site.css", "index.html.swp", "big.zip.filepart", ".~lock.a.odt#"])
            await SaveAsync(path);
        File.CreateSymbolicLink(Path.Combine(_folder.Files, "passwd"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(_folder.Files, "etc"), "/etc");
        Assert.Equal([".htaccess", "css/site.css", "index.html"], DropTree.Files(_folder.Files).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_changed_after_a_time_is_seen_without_reading_it()
    {
        await SaveAsync("index.html");
        await SaveAsync("css/site.css");
        var later = DateTime.UtcNow + TimeSpan.FromSeconds(1);
        Assert.False(DropTree.ChangedSince(_folder.Files, later));
        Assert.True(DropTree.ChangedSince(_folder.Files, later - TimeSpan.FromHours(1)));

        var old = later - TimeSpan.FromDays(1);
        foreach (var path in Directory.EnumerateFiles(_folder.Files, "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(path, old);
        foreach (var path in (string[])[Path.Combine(_folder.Files, "css"), _folder.Files]) Directory.SetLastWriteTimeUtc(path, old);
        Assert.False(DropTree.ChangedSince(_folder.Files, later - TimeSpan.FromHours(1)));
        File.Delete(Path.Combine(_folder.Files, "css/site.css"));
        Assert.True(DropTree.ChangedSince(_folder.Files, later - TimeSpan.FromHours(1)), "one less");
    }

    private async Task SaveAsync(string path)
    {
        var file = Path.Combine(_folder.Files, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, path, Cancel);
    }
}
