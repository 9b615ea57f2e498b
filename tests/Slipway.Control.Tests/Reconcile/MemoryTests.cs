using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Reconcile;

namespace Slipway.Control.Tests.Reconcile;

public sealed class MemoryTests
{
    [Fact]
    public void How_a_destroyed_app_crashed_is_no_crash_of_the_next_one_of_its_name()
    {
        var memory = new Memory();
        foreach (var app in new[] { "blog", "shop" }) memory.NotStarted(World.Spec(app, 2, "web.1"), new SlipwayError("broken", "It broke."), World.Now);
        memory.Forget(AppName.Parse("blog"));
        Assert.Equal("shop", Assert.Single(memory.Learn(World.Actual()).Crashes.Keys).App.Value);
    }
}
