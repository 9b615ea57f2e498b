using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Bench;

/// <summary>A tail of a log to which 10,000 lines are written each second, beside <c>tail -F</c> of the file that they are in.</summary>
internal sealed partial class LogRows(Server server)
{
    private const int PerSecond = 10_000, Seconds = 10, Lines = PerSecond * Seconds;
    private const string App = "bench-log";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Says when it wrote each line, and waits before the first until both readers are there.</summary>
    private static readonly string Talker = $"""
        import sys, time
        time.sleep(8)
        began = time.time()
        for batch in range({Lines / 100}):
            late = began + batch * 100 / {PerSecond} - time.time()
            if late > 0: time.sleep(late)
            now = time.time()
            sys.stdout.write(''.join(f'line {"{batch * 100 + one}"} at {"{now:.6f}"} and what else a line of a log would say\n' for one in range(100)))
            sys.stdout.flush()
        time.sleep(600)
        """;

    public async Task<IReadOnlyList<Result>> MeasureAsync()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Procfile"), "talker: python talk.py\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "talk.py"), Talker);
        await File.WriteAllTextAsync(Path.Combine(folder, "requirements.txt"), "");
        await server.SlipwayAsync(folder, "deploy", "--app", App);
        try
        {
            await server.SlipwayAsync("/", "scale", "talker=1", "--app", App);
            var slipway = ReadAsync(server.Start("logs", "--tail", "-n", "1", "--app", App));
            var tail = ReadAsync(Programs.Start("tail", ["-n", "0", "-F", .. Directory.EnumerateFiles(Path.Combine(server.Config.LogsDirectory, App), "talker.1.*.log")]));
            var (here, beside) = (await slipway, await tail);
            return
            [
                new("l", $"log tail of {PerSecond:N0} lines/s: lines that came of {Lines:N0}", here.Count, "tail -F of the file", beside.Count, "lines", "all"),
                new("l", "the same: from written to read, p50", At(here, 50), "tail -F of the file", At(beside, 50), "ms", "≤ 1 s"),
                new("l", "the same: from written to read, p99", At(here, 99), "tail -F of the file", At(beside, 99), "ms", "≤ 2 s"),
            ];
        }
        finally
        {
            await server.DestroyAsync(App);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>For each line that came, once, how many milliseconds after it was written.</returns>
    private static async Task<IReadOnlyList<double>> ReadAsync(Process reader)
    {
        var took = new Dictionary<int, double>();
        using (reader)
        {
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                while (took.Count < Lines && await reader.StandardOutput.ReadLineAsync(patience.Token) is { } line)
                {
                    if (Said().Match(line) is not { Success: true } said) continue;
                    var written = double.Parse(said.Groups[2].Value, CultureInfo.InvariantCulture);
                    took.TryAdd(int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture), (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds - written * 1000);
                }
            }
            catch (OperationCanceledException)
            {
                // What did not come by now is lost, and counted so.
            }

            reader.Kill();
        }

        return [.. took.Values.Order()];
    }

    private static double At(IReadOnlyList<double> sorted, int percent) => sorted.Count == 0 ? double.NaN : sorted[(sorted.Count - 1) * percent / 100];

    [GeneratedRegex(@"line (\d+) at (\d+\.\d+)")]
    private static partial Regex Said();
}
