using System.Diagnostics;
using Slipway.Control.Addons;

namespace Slipway.Control.Tests.Addons;

/// <summary>The guard of a database's volume, run by a real shell on real folders; in place of a database it makes and shows one file.</summary>
public sealed class ServerScriptTests : IDisposable
{
    private static readonly ServerScript Script = new("proof", """
            mkdir "$data.new"
            echo kept >"$data.new/proof"
        """, """cat "$data/proof"; [ ! -e /data/hold ] || sleep 60""");

    private readonly TemporaryFolder _volume = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _volume.Dispose();

    [Fact]
    public async Task It_begins_on_an_empty_volume_once_and_finds_it_again()
    {
        Assert.Equal((0, "kept"), await RunAsync("one", mayCreate: true));
        File.WriteAllText(Path.Combine(_volume.Path, "files/proof"), "changed\n");
        Assert.Equal((0, "changed"), await RunAsync("one", mayCreate: true));
        Assert.Equal((0, "changed"), await RunAsync("one", mayCreate: false));
    }

    [Fact]
    public async Task It_never_begins_anew_where_there_were_data()
    {
        var (code, said) = await RunAsync("one", mayCreate: false);
        Assert.Equal(78, code);
        Assert.Contains("this volume is empty, but this server has had data", said);
        Assert.Equal(["lock"], Directory.GetFileSystemEntries(_volume.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task It_refuses_the_volume_of_another_server()
    {
        await RunAsync("one", mayCreate: true);
        var (code, said) = await RunAsync("two", mayCreate: true);
        Assert.Equal(78, code);
        Assert.Contains("another server's data (one, not two)", said);
    }

    [Fact]
    public async Task It_refuses_a_volume_whose_data_are_gone()
    {
        await RunAsync("one", mayCreate: true);
        File.Delete(Path.Combine(_volume.Path, "files/proof"));
        var (code, said) = await RunAsync("one", mayCreate: false);
        Assert.Equal(78, code);
        Assert.Contains("the data are missing from this volume", said);
    }

    [Fact]
    public async Task It_refuses_files_that_nobody_knows()
    {
        Directory.CreateDirectory(Path.Combine(_volume.Path, "files"));
        var (code, said) = await RunAsync("one", mayCreate: true);
        Assert.Equal(78, code);
        Assert.Contains("files that Slipway did not make", said);
    }

    [Fact]
    public async Task A_creation_that_was_killed_half_way_is_begun_again()
    {
        Directory.CreateDirectory(Path.Combine(_volume.Path, "files.new/half"));
        Assert.Equal((0, "kept"), await RunAsync("one", mayCreate: true));
        Assert.False(Directory.Exists(Path.Combine(_volume.Path, "files/half")));
    }

    [Fact]
    public async Task Two_never_work_on_one_volume()
    {
        await RunAsync("one", mayCreate: true);
        await File.WriteAllTextAsync(Path.Combine(_volume.Path, "hold"), "", Cancel);
        using var first = Process.Start(StartInfo("one", mayCreate: false))!;
        Assert.Equal("kept", await first.StandardOutput.ReadLineAsync(Cancel));
        var (code, said) = await RunAsync("one", mayCreate: false);
        first.Kill(entireProcessTree: true);
        Assert.Equal(78, code);
        Assert.Contains("another database server still works on this volume", said);
    }

    private async Task<(int Code, string Said)> RunAsync(string server, bool mayCreate)
    {
        using var process = Process.Start(StartInfo(server, mayCreate))!;
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, (output + await errors).Trim());
    }

    /// <summary>The script names the volume by its place in the instance.</summary>
    private ProcessStartInfo StartInfo(string server, bool mayCreate)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        var command = Script.Command(keepsData: true);
        start.FileName = command[0];
        foreach (var word in command.Skip(1)) start.ArgumentList.Add(word.Replace("/data", _volume.Path, StringComparison.Ordinal));
        start.Environment["SERVER"] = server;
        start.Environment["MAY_CREATE"] = mayCreate ? "1" : "0";
        return start;
    }
}
