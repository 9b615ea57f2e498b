using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Bench;

/// <summary>One run of the load generator wrk.</summary>
internal sealed partial record Wrk(double PerSecond, double P99Milliseconds)
{
    /// <exception cref="InvalidOperationException">Some request failed: a number then would say nothing.</exception>
    public static async Task<Wrk> RunAsync(string url, int connections, int seconds)
    {
        var said = await Programs.RunAsync("wrk", ["-t1", $"-c{connections}", $"-d{seconds}s", "--latency", "-H", "Host: bench.localhost", url]);
        if (said.Contains("Non-2xx", StringComparison.Ordinal) || said.Contains("Socket errors", StringComparison.Ordinal)) throw new InvalidOperationException($"{url}:\n{said}");
        var latency = P99().Match(said);
        var milliseconds = double.Parse(latency.Groups[1].Value, CultureInfo.InvariantCulture) * latency.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
        return new Wrk(double.Parse(Rate().Match(said).Groups[1].Value, CultureInfo.InvariantCulture), milliseconds);
    }

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
