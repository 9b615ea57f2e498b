using System.Text.Json;
using Slipway.Cli.Api;
using Slipway.Cli.Terminals;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Deploys;

/// <summary>Follows a deploy to its end, also over a restart of slipwayd: its events are on disk there, and those already shown are passed over.</summary>
/// <param name="events">Where the server streams them, one JSON object a line, from the first.</param>
/// <param name="next">The command that shows how it ended, should the connection stay away.</param>
internal sealed class DeployFollower(ApiClient api, string events, string next, IDeployView view, TimeProvider time)
{
    /// <summary>slipwayd answers again within seconds of a restart; after this long it does not come back by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int _shown;

    /// <returns>The last event: <see cref="DeployEventKind.Succeeded"/> or <see cref="DeployEventKind.Failed"/>.</returns>
    public async Task<DeployEvent> FollowAsync(CancellationToken cancel)
    {
        var lastHeard = time.GetTimestamp();
        while (true)
        {
            var before = _shown;
            Failure? lost = null;
            try
            {
                if (await ReadAsync(cancel) is { } last) return last;
            }
            catch (Failure failure) when (failure.ExitCode == ExitCode.Unreachable)
            {
                lost = failure;
            }
            catch (Exception e) when (e is IOException { HResult: not OutputStream.BrokenPipe } or HttpRequestException)
            {
                lost = ApiFailure.Unreachable(api.Server, e);
            }
            if (_shown > before) lastHeard = time.GetTimestamp();
            if (time.GetElapsedTime(lastHeard) > Patience) throw Lost(lost);
            view.ShowDetail("the connection was lost, trying again");
            await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancel);
        }
    }

    /// <returns>Null when the stream ended before the deploy did.</returns>
    private async Task<DeployEvent?> ReadAsync(CancellationToken cancel)
    {
        using var answer = await api.OpenAsync(new Uri(events, UriKind.Relative), cancel);
        return await ReadAsync(answer, cancel);
    }

    /// <returns>Null when the stream ended before the deploy did.</returns>
    public async Task<DeployEvent?> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        for (var number = 0; await lines.ReadLineAsync(cancel) is { } line; number++)
        {
            if (line.Length == 0 || number < _shown) continue;
            if (Parse(line) is not { } happened) return null; // cut off in the middle of a line
            _shown = number + 1;
            view.Show(happened);
            if (happened.Kind is DeployEventKind.Succeeded or DeployEventKind.Failed) return happened;
        }
        return null;
    }

    private static DeployEvent? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ContractsJson.Default.DeployEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Failure Lost(Failure? because) => new(ExitCode.Unreachable,
        new SlipwayError("deploy_lost", $"The connection to the deploy was lost for {Patience.TotalSeconds:0} seconds; how it ended is not known.")
        {
            Why = because?.Error.Why ?? "The server ended the stream of events before the deploy's end.",
            Next = next,
        }, because);
}
