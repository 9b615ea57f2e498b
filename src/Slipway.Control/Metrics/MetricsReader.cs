using Microsoft.Data.Sqlite;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Control.Metrics;

/// <summary>What was measured of an app, as points of equal length.</summary>
internal sealed class MetricsReader(MetricsLedger ledger, TimeProvider time)
{
    /// <summary>In an answer, of each process type.</summary>
    public const int MostPoints = 3000;

    private const int PointsByDefault = 200;

    private static readonly int[] Steps = [60, 300, 600, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];

    /// <param name="from">Null for an hour before <paramref name="to"/>; null that for now.</param>
    /// <param name="step">Seconds; null for one that makes a chart of it.</param>
    public AppMetrics Read(long app, DateTimeOffset? from, DateTimeOffset? to, int? step)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds() + 1; // this second is in it
        var end = Math.Min(to?.ToUnixTimeSeconds() ?? now, now);
        var begin = Math.Max(from?.ToUnixTimeSeconds() ?? end - 3600, now - ((long)Tier.All[^1].Step * Tier.All[^1].Points));
        if (begin >= end) throw Invalid("The time that was asked for has no length, or lies outside of what is kept.", "It may begin 31 days ago and end now.");
        if (step is { } asked && (asked < Tier.Minute || asked > 31 * 86_400 || asked % Tier.Minute != 0)) throw Invalid($"{asked} is not a step in seconds.", "It is a multiple of 60.");

        var wanted = step ?? Steps.First(one => one == Steps[^1] || (end - begin) / one <= PointsByDefault);
        var tier = Tier.For(wanted, now - begin);
        if (wanted % tier.Step != 0) wanted = tier.Step * ((wanted / tier.Step) + 1);
        if ((end - begin) / wanted > MostPoints) throw Invalid($"These are more than {MostPoints:N0} points.", "Ask for a larger step or a shorter time.");

        begin = Tier.Floor(begin, wanted);
        var found = Points(app, tier, begin, end);
        var processes = found.GroupBy(point => point.Series.Type, StringComparer.Ordinal)
            .OrderBy(type => type.Key != Series.Web).ThenBy(type => type.Key, StringComparer.Ordinal)
            .Select(type => new ProcessMetrics(
                type.Key, Sum(type.Select(point => point.Measure)).ToPoint(DateTimeOffset.FromUnixTimeSeconds(begin)),
                [.. type.GroupBy(point => Tier.Floor(point.At, wanted)).OrderBy(point => point.Key)
                    .Select(point => Sum(point.Select(one => one.Measure)).ToPoint(DateTimeOffset.FromUnixTimeSeconds(point.Key)))]));
        return new AppMetrics(DateTimeOffset.FromUnixTimeSeconds(begin), DateTimeOffset.FromUnixTimeSeconds(end), wanted, [.. processes]);
    }

    private IReadOnlyList<(Series Series, long At, Measure Measure)> Points(long app, Tier tier, long from, long to)
    {
        try
        {
            return ledger.Points(app, tier, from, to);
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            throw new SlipwayException(503, new SlipwayError("metrics_unavailable", "The metrics cannot be read now.")
            {
                Why = e.Message,
                Next = "slipway doctor: the server's disk may be full, or failing.",
            }, e);
        }
    }

    private static Measure Sum(IEnumerable<Measure> measures)
    {
        var sum = new Measure();
        foreach (var measure in measures) sum.Add(measure);
        return sum;
    }

    private static SlipwayException Invalid(string message, string why) => new(422, new SlipwayError("invalid_metrics_range", message) { Why = why });
}
