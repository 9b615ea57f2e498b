using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Stories;

public sealed class UpStories(Platform platform)
{
    [Fact]
    public async Task Up_again_is_quick_and_changes_nothing()
    {
        IReadOnlyList<int>[] Pids() => [Daemons.Runner(platform), Daemons.Control(platform), Daemons.Edge(platform)];
        var before = Pids();
        var up = await platform.UpAsync();
        Assert.Equal(before, Pids());
        Assert.True(up.Took < TimeSpan.FromSeconds(5), $"{up}");
    }
}
