using System.Globalization;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

public sealed class RedeployUnderLoadStory(Platform platform, ITestOutputHelper output)
{
    private const string App = "underload";
    private const int Connections = 8;

    private static int Redeploys => int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_REDEPLOYS"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 50;

    [Fact]
    public async Task Redeploys_under_load_fail_no_request_and_never_answer_from_before_the_swap()
    {
        using var folder = await VersionedSite.CreateAsync(App);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", App)).MustSucceed();

        var took = new List<double>();
        await using (var load = new Load(platform, App, Connections, version: 1))
        {
            for (var version = 2; version <= Redeploys + 1; version++)
            {
                VersionedSite.Set(folder, App, version);
                load.Expect(version);
                took.Add((await cli.RunAsync("deploy", "--app", App)).MustSucceed().Took.TotalSeconds);
                load.Swapped(version);
            }

            took.Sort();
            output.WriteLine($"{load.Requests} requests during {Redeploys} redeploys of {took[took.Count / 2]:0.00} s (median), {took[^1]:0.00} s (longest)");
            Assert.True(load.Wrong.Count == 0, $"{load.Wrong.Count} of {load.Requests} requests:\n{string.Join('\n', load.Wrong.Take(20))}");
            Assert.True(load.Requests > Redeploys * Connections, "there was hardly any load");
        }

        (await cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
    }
}
