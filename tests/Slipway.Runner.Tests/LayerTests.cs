using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Xunit;

namespace Slipway.Runner.Tests;

[Collection(LiveRunnerCollection.Name)]
[Trait("needs", "root")]
public sealed class LayerTests(LiveRunner runner)
{
    private const string Content = "mkdir -p /venv/bin /app; echo one > /venv/bin/a; ln -s a /venv/bin/b; ln /venv/bin/a /venv/bin/c; chmod 755 /venv/bin/a; ln -s /etc/passwd /venv/out; echo two > /app/x";

    [Fact]
    public async Task Equal_content_gives_an_equal_digest_whenever_and_whoever_made_it()
    {
        var first = await CommitAsync(Content, shared: true, "/venv");
        var second = await CommitAsync("sleep 1; mkdir -p /venv; " + Content, shared: true, "/venv");
        var other = await CommitAsync(Content.Replace("one", "uno"), shared: true, "/venv");
        Assert.Equal(first.Digest, second.Digest);
        Assert.NotEqual(first.Digest, other.Digest);
        Assert.Equal((1, 4L), (first.Files, first.Bytes));
        Assert.Contains(await LayersAsync(), l => l.Digest == first.Digest);
    }

    [Fact]
    public async Task A_layer_is_the_committed_folders_with_links_as_they_are()
    {
        var layer = await CommitAsync(Content, shared: false, "/venv", "/app");
        var root = Path.Combine(runner.Config.LayersDirectory, layer.Digest.FileName);
        Assert.Equal(["app", "venv"], Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName).Order());
        Assert.Equal("/etc/passwd", new FileInfo(root + "/venv/out").LinkTarget);
        Assert.Equal("one\n", await File.ReadAllTextAsync(root + "/venv/bin/c", LiveRunner.Cancel));
        var owner = Kernel.Libc.Status(root + "/venv/bin/a")!.Value;
        Assert.Equal(((uint)runner.Config.UidBase + 1, 2u), (owner.Uid, owner.Links));

        // And an instance stands on it.
        var outcome = await runner.RunAsync(runner.Spec("sh", "-c", "cat /venv/bin/b /app/x; echo no > /app/y") with { Layers = [LiveRunner.Busybox, layer.Digest] });
        Assert.Equal("one\ntwo\n", outcome.Output);
    }

    [Fact]
    public async Task The_layer_above_hides_the_one_below()
    {
        var below = await CommitAsync("mkdir /app; echo below > /app/x; echo kept > /app/k", shared: true, "/app");
        var above = await CommitAsync("mkdir /app; echo above > /app/x", shared: true, "/app");
        var outcome = await runner.RunAsync(runner.Spec("cat", "/app/x", "/app/k") with { Layers = [LiveRunner.Busybox, below.Digest, above.Digest] });
        Assert.Equal("above\nkept\n", outcome.Output);
    }

    [Theory]
    [InlineData("mkdir /app; mkfifo /app/pipe", "/app", "layer_refused")]
    [InlineData("ln -s /etc /venv", "/venv", "layer_refused")]
    [InlineData("mkdir /real; echo x > /real/y; ln -s /real /link", "/link/y", "layer_refused")]
    [InlineData("true", "/venv", "layer_refused")]
    [InlineData("echo x > /venv", "/venv", "layer_refused")]
    public async Task What_is_no_plain_tree_is_refused(string script, string path, string error)
    {
        var failure = await Assert.ThrowsAsync<SlipwayException>(() => CommitAsync(script, shared: true, path));
        Assert.Equal(error, failure.Error.Id);
        Assert.DoesNotContain(Directory.EnumerateDirectories(runner.Config.LayersDirectory), d => Path.GetFileName(d)[0] == '.');
    }

    [Fact]
    public async Task A_link_above_a_file_system_leads_nowhere()
    {
        var spec = runner.Spec("sh", "-c", "ln -s / /app/out") with { Kind = InstanceKind.Build, Name = "build.1" };
        await runner.StartAsync(spec);
        await LiveRunner.UntilAsync("the build ended", async () => (await runner.FindAsync(spec.Id)).Exit is not null);
        var request = new CommitRequest(spec.Id, ["/app/out/etc"], Shared: false) { IsRoot = true };
        var failure = await Assert.ThrowsAsync<SlipwayException>(() =>
            runner.Client.CallAsync(RunnerVerb.Commit, request, ContractsJson.Default.CommitRequest, ContractsJson.Default.LayerInfo, LiveRunner.Cancel));
        Assert.Equal("invalid_commit", failure.Error.Id);
        await runner.RemoveAsync(spec.Id);
    }

    [Fact]
    public async Task Only_a_build_that_ended_is_committed()
    {
        var process = runner.Spec("true");
        await runner.StartAsync(process);
        Assert.Equal("not_a_build", (await Assert.ThrowsAsync<SlipwayException>(() => CommitAsync(process.Id, true, "/app"))).Error.Id);
        await runner.StopAndRemoveAsync(process.Id);

        var build = runner.Spec("sleep", "1000") with { Kind = InstanceKind.Build };
        await runner.StartAsync(build);
        Assert.Equal("instance_running", (await Assert.ThrowsAsync<SlipwayException>(() => CommitAsync(build.Id, true, "/app"))).Error.Id);
        await runner.StopAndRemoveAsync(build.Id);
    }

    [Fact]
    public async Task A_layer_goes_when_nothing_stands_on_it_and_not_before()
    {
        var layer = await CommitAsync($"mkdir /app; echo {Guid.NewGuid()} > /app/x", shared: true, "/app");
        var user = runner.Spec("sleep", "1000") with { Layers = [LiveRunner.Busybox, layer.Digest] };
        await runner.StartAsync(user);
        Assert.Equal("layer_in_use", (await Assert.ThrowsAsync<SlipwayException>(() => RemoveLayerAsync(layer.Digest))).Error.Id);
        await runner.StopAndRemoveAsync(user.Id);
        await RemoveLayerAsync(layer.Digest);
        await RemoveLayerAsync(layer.Digest);
        Assert.False(Directory.Exists(Path.Combine(runner.Config.LayersDirectory, layer.Digest.FileName)));
    }

    private async Task<LayerInfo> CommitAsync(string script, bool shared, params string[] paths)
    {
        var spec = runner.Spec("sh", "-c", script) with { Kind = InstanceKind.Build, Name = "build.1" };
        await runner.StartAsync(spec);
        await LiveRunner.UntilAsync("the build ended", async () => (await runner.FindAsync(spec.Id)).Exit is not null);
        try
        {
            return await CommitAsync(spec.Id, shared, paths);
        }
        finally
        {
            await runner.RemoveAsync(spec.Id);
        }
    }

    private Task<LayerInfo> CommitAsync(InstanceId id, bool shared, params string[] paths) =>
        runner.Client.CallAsync(RunnerVerb.Commit, new CommitRequest(id, paths, shared), ContractsJson.Default.CommitRequest, ContractsJson.Default.LayerInfo, LiveRunner.Cancel);

    private Task<IReadOnlyList<LayerInfo>> LayersAsync() => runner.Client.CallAsync(RunnerVerb.Layers, ContractsJson.Default.IReadOnlyListLayerInfo, LiveRunner.Cancel);

    private Task RemoveLayerAsync(Digest digest) => runner.Client.SendAsync(RunnerVerb.RemoveLayer, new LayerRequest(digest), ContractsJson.Default.LayerRequest, LiveRunner.Cancel);
}
