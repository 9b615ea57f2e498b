using System.Formats.Tar;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Runner.Kernel;
using Xunit;

namespace Slipway.Runner.Tests;

[Collection(LiveRunnerCollection.Name)]
[Trait("needs", "root")]
public sealed class VolumeTests(LiveRunner runner)
{
    [Theory]
    [InlineData(0)]
    [InlineData(32 << 20)]
    public async Task A_volume_keeps_what_instances_write(long size)
    {
        var volume = Request(size);
        await CreateAsync(volume);
        Assert.Equal("", (await runner.RunAsync(With(volume, "sh", "-c", "echo kept > /data/x"))).Error);
        await CreateAsync(volume);

        // As after a reboot: nothing is mounted, and the runner begins.
        await runner.KillAsync();
        MountTable.UnmountBelow(runner.Config.VolumesDirectory);
        await runner.StartAsync();
        var user = With(volume, "sh", "-c", "cat /data/x; sleep 1000");
        var status = await runner.StartAsync(user);
        await LiveRunner.UntilAsync("it is read", async () => (await File.ReadAllTextAsync(status.LogFile, LiveRunner.Cancel)).Contains("kept"));
        Assert.Equal("volume_in_use", (await Assert.ThrowsAsync<SlipwayException>(() => RemoveAsync(volume))).Error.Id);
        await runner.StopAndRemoveAsync(user.Id);

        await RemoveAsync(volume);
        await RemoveAsync(volume);
        Assert.False(Directory.Exists(PathOf(volume)));
        Assert.DoesNotContain(PathOf(volume), MountTable.Points());
    }

    [Fact]
    public async Task A_volume_with_a_size_holds_no_more()
    {
        var volume = Request(32 << 20);
        await CreateAsync(volume);
        var outcome = await runner.RunAsync(With(volume, "sh", "-c", "dd if=/dev/zero of=/data/x bs=1M count=100"));
        Assert.Contains("No space left on device", outcome.Error);
        await RemoveAsync(volume);
    }

    [Fact]
    public async Task Another_app_does_not_get_it_by_its_name()
    {
        var volume = Request(0);
        await CreateAsync(volume);
        var stranger = With(volume, "true") with { App = AppName.Parse("stranger") };
        Assert.Equal("volume_missing", (await Assert.ThrowsAsync<SlipwayException>(() => runner.StartAsync(stranger))).Error.Id);
        await RemoveAsync(volume);
    }

    [Fact]
    public async Task A_volume_and_a_layer_are_read_as_archives_with_their_owners_and_links_are_not_followed()
    {
        var volume = Request(0);
        await CreateAsync(volume);
        Assert.Equal("", (await runner.RunAsync(With(volume, "sh", "-c", "mkdir /data/a; echo kept > /data/a/x; ln -s /etc/passwd /data/a/link"))).Error);
        var entries = await EntriesAsync(RunnerVerb.ArchiveVolume, new ArchiveVolumeRequest(volume.App, volume.Name), ContractsJson.Default.ArchiveVolumeRequest);
        Assert.Equal(["./", "./a/", "./a/link", "./a/x"], entries.Select(entry => entry.Name));
        Assert.Equal((volume.Uid, "/etc/passwd"), (entries[2].Uid, entries[2].LinkName));
        await RemoveAsync(volume);
        Assert.Equal("volume_missing", (await Assert.ThrowsAsync<SlipwayException>(() => ReadAsync(RunnerVerb.ArchiveVolume, new ArchiveVolumeRequest(volume.App, volume.Name), ContractsJson.Default.ArchiveVolumeRequest))).Error.Id);

        var layer = new LayerRequest(LiveRunner.Busybox);
        var (once, again) = (await ReadAsync(RunnerVerb.ArchiveLayer, layer, ContractsJson.Default.LayerRequest), await ReadAsync(RunnerVerb.ArchiveLayer, layer, ContractsJson.Default.LayerRequest));
        Assert.Equal(once, again);
        Assert.Contains(await EntriesAsync(RunnerVerb.ArchiveLayer, layer, ContractsJson.Default.LayerRequest), entry => entry.Name.EndsWith("/sh", StringComparison.Ordinal));
        Assert.Equal("layer_missing", (await Assert.ThrowsAsync<SlipwayException>(() => ReadAsync(RunnerVerb.ArchiveLayer, new LayerRequest(Digest.Parse("sha256:" + new string('0', 64))), ContractsJson.Default.LayerRequest))).Error.Id);
    }

    private async Task<byte[]> ReadAsync<T>(RunnerVerb verb, T body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json)
    {
        using var archive = new MemoryStream();
        await runner.Client.CallAsync(verb, body, json, ContractsJson.Default.JsonElement, bytes => archive.WriteAsync(bytes), LiveRunner.Cancel);
        return archive.ToArray();
    }

    private async Task<List<TarEntry>> EntriesAsync<T>(RunnerVerb verb, T body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json)
    {
        using var tar = new TarReader(new MemoryStream(await ReadAsync(verb, body, json)));
        var entries = new List<TarEntry>();
        while (tar.GetNextEntry(copyData: true) is { } entry) entries.Add(entry);
        return entries;
    }

    private VolumeRequest Request(long size) => new(LiveRunner.App, VolumeName.Parse($"media{Random.Shared.Next(10_000)}"), runner.Config.UidBase + 1, size);

    private InstanceSpec With(VolumeRequest volume, params string[] command) =>
        runner.Spec(command) with { Mounts = [new Mount(MountKind.Volume, volume.Name.Value, "/data", false)] };

    private string PathOf(VolumeRequest volume) => Path.Combine(runner.Config.VolumesDirectory, volume.App.Value, volume.Name.Value);

    private Task CreateAsync(VolumeRequest volume) => runner.Client.SendAsync(RunnerVerb.CreateVolume, volume, ContractsJson.Default.VolumeRequest, LiveRunner.Cancel);

    private Task RemoveAsync(VolumeRequest volume) => runner.Client.SendAsync(RunnerVerb.RemoveVolume, volume, ContractsJson.Default.VolumeRequest, LiveRunner.Cancel);
}
