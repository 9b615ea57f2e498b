namespace Slipway.Control.Tests.Server;

/// <summary>One slipwayd for all the stories of a class; each makes apps of its own.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private int _apps;

    internal Slipwayd Slipwayd { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Slipwayd = await Slipwayd.StartNewAsync();

    public ValueTask DisposeAsync() => Slipwayd.DisposeAsync();

    /// <returns>The name of a new app of the admin's.</returns>
    internal async Task<string> NewAppAsync()
    {
        var name = NewName();
        await Slipwayd.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name });
        return name;
    }

    internal string NewName() => $"app-{Interlocked.Increment(ref _apps)}";
}
