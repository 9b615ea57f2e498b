namespace Slipway.Control.Tests.Reconcile;

/// <summary>Whatever is lost or crashes between any two actions: nobody is taken off the air, and it ends as desired.</summary>
public sealed class ConvergenceTests
{
    [Fact]
    public void ThousandsOfBadDaysAllEndWell() => Parallel.For(0, 500, seed =>
    {
        try
        {
            var simulation = new Simulation(seed);
            simulation.Chaos(60);
            simulation.Settle();
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
        }
    });
}
