using System.Diagnostics;

namespace Slipway.SystemTests.Server;

internal static class Eventually
{
    public static Task TrueAsync(Func<bool> condition, TimeSpan patience, Func<string> otherwise) =>
        TrueAsync(() => Task.FromResult(condition()), patience, otherwise);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan patience, Func<string> otherwise)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > patience) Assert.Fail($"not within {patience.TotalSeconds} s: {otherwise()}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
