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

    private VolumeRequest Request(long size) => new(LiveRunner.App, VolumeName.Parse($"media{Random.Shared.Next(10_000)}"), runner.Config.UidBase + 1, size);

    private InstanceSpec With(VolumeRequest volume, params string[] command) =>
        runner.Spec(command) with { Mounts = [new Mount(MountKind.Volume, volume.Name.Value, "/data", false)] };

    private string PathOf(VolumeRequest volume) => Path.Combine(runner.Config.VolumesDirectory, volume.App.Value, volume.Name.Value);

    private Task CreateAsync(VolumeRequest volume) => runner.Client.SendAsync(RunnerVerb.CreateVolume, volume, ContractsJson.Default.VolumeRequest, LiveRunner.Cancel);

    private Task RemoveAsync(VolumeRequest volume) => runner.Client.SendAsync(RunnerVerb.RemoveVolume, volume, ContractsJson.Default.VolumeRequest, LiveRunner.Cancel);
}
