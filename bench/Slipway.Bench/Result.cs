namespace Slipway.Bench;

/// <summary>One line of the table: what Slipway took, what the baseline took in the same run, and the ratio aimed at.</summary>
/// <param name="Aim">The most (or least, where more is better) that the ratio, or the value itself, should be.</param>
internal sealed record Result(string Row, string What, double Slipway, string Baseline, double Beside, string Unit, string Aim)
{
    public double Ratio => Slipway / Beside;
}
