namespace Slipway.Control.Metrics;

/// <summary>
/// How fine numbers are kept, and for how long: a minute is in a point of each. What is bounded is the number of points and not
/// their age, so that a clock that jumps forward takes nothing away.
/// </summary>
/// <param name="Step">Seconds.</param>
/// <param name="Points">That are kept: the newest.</param>
internal sealed record Tier(int Step, int Points)
{
    public const int Minute = 60;

    /// <summary>Two days of minutes, eight days of ten minutes, 31 days of hours.</summary>
    public static readonly IReadOnlyList<Tier> All = [new(Minute, 2 * 24 * 60), new(10 * Minute, 8 * 24 * 6), new(60 * Minute, 31 * 24)];

    /// <summary>The coarsest one of which points of this step are made, as long as it goes back far enough.</summary>
    /// <param name="back">Seconds from now.</param>
    public static Tier For(int step, long back)
    {
        var fit = All.Last(tier => tier.Step == Minute || (tier.Step <= step && step % tier.Step == 0));
        return All.FirstOrDefault(tier => tier.Step >= fit.Step && (long)tier.Step * tier.Points >= back) ?? All[^1];
    }

    public static long Floor(long seconds, int step) => seconds - (((seconds % step) + step) % step);
}
