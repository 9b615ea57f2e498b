using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Control.Instances;
using Slipway.Control.Logs;

namespace Slipway.Control.Apps;

/// <summary>
/// A Django app's settings and whose they are. They are asked for in an instance of the release that serves: only there are
/// they as the app has them, with the config vars and add-ons of now.
/// </summary>
internal sealed class DjangoSettings(OneOffs oneOffs, TimeProvider time)
{
    /// <summary>Begins each setting's line, as src/python/slipway_django/__main__.py writes it.</summary>
    private const string Mark = "SLIPWAY-SETTING ";

    private const int Most = 500, EvidenceLines = 30;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <exception cref="SlipwayException">422 <c>settings_failed</c>: the project's settings cannot be loaded.</exception>
    public async Task<IReadOnlyList<DjangoSetting>> ReadAsync(long appId, long releaseId, CancellationToken cancel)
    {
        var settings = new List<DjangoSetting>();
        var last = new Queue<string>();
        var lines = new LineSplitter(line =>
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal) && settings.Count < Most && Read(line[Mark.Length..]) is { } setting) settings.Add(setting);
            else last.Enqueue(line);
            if (last.Count > EvidenceLines) last.Dequeue();
            return ValueTask.CompletedTask;
        });
        using var limit = new CancellationTokenSource(Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            await using var run = await oneOffs.StartAsync(
                new OneOffRequest(appId, releaseId, "settings", ["python", "-m", "slipway_django"], new Dictionary<string, string>(), null, null), both.Token);
            var exit = await run.EndAsync(lines.WriteAsync, both.Token);
            await lines.EndAsync();
            return exit is { Code: 0 } ? settings : throw Failed(exit is null ? "slipway-runner let go of the instance that was asked." : $"Loading them ended with status {exit.Code}.", last);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw Failed($"They were not loaded within {Limit.TotalSeconds:0} s.", last);
        }
        catch (IOException e)
        {
            throw Failed($"The connection to the instance that was asked was lost: {e.Message}", last);
        }
    }

    private static DjangoSetting? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ContractsJson.Default.DjangoSetting);
        }
        catch (JsonException)
        {
            return null; // the app itself wrote a line that begins so
        }
    }

    private static SlipwayException Failed(string why, IEnumerable<string> last) =>
        new(422, new SlipwayError("settings_failed", "The app's settings cannot be loaded.")
        {
            Why = why,
            Next = "Mend what the last lines say, or take back the config var that was set last: slipway releases",
            Evidence = [.. last],
        });
}
