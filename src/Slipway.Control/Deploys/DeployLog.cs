using Slipway.Contracts.Deploys;
using Slipway.Control.Store;

namespace Slipway.Control.Deploys;

/// <summary>The list of events of one running deploy. Each call appends one event, on disk before it returns.</summary>
internal sealed class DeployLog
{
    public ValueTask StepStartedAsync(string step, string title) => throw new NotSupportedException();

    /// <summary>A line of the running step's log.</summary>
    public ValueTask LineAsync(string text) => throw new NotSupportedException();

    /// <param name="found">What the step found out or made, for people: "3 instances".</param>
    public ValueTask StepFinishedAsync(string? found = null) => throw new NotSupportedException();

    public ValueTask StepSkippedAsync(string step, string reason) => throw new NotSupportedException();
}

/// <summary>The logs of all deploys, kept as long as their app.</summary>
internal sealed class DeployLogs
{
    /// <summary>A deploy's events from the first; follows a running one to its end.</summary>
    public IAsyncEnumerable<DeployEvent> FollowAsync(Guid deploy, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Removes the logs of an app's deploys; absent: no error.</summary>
    public Task ForgetAsync(AppRow app, CancellationToken cancel) => throw new NotSupportedException();
}
