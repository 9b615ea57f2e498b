using System.Globalization;
using System.Net;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>Kills one process at a random moment of a deploy, many times over. The seed is in the output: the same seed, the same moments.</summary>
public sealed class ChaosStory(Platform platform, ITestOutputHelper output)
{
    private const string App = "chaos";
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static int Rounds => Number("SLIPWAY_CHAOS_ROUNDS") ?? 100;

    private static int Seed { get; } = Number("SLIPWAY_CHAOS_SEED") ?? Random.Shared.Next();

    private readonly (string Name, Func<Platform, IReadOnlyList<int>> Pids)[] _victims =
        [("slipwayd", Daemons.Control), ("slipway-runner", Daemons.Runner), ("slipway-edge", Daemons.Edge), ("conmon", Daemons.Monitors)];

    [Fact]
    public async Task Killing_any_process_at_any_moment_of_a_deploy_leaves_a_whole_release_and_nothing_else()
    {
        output.WriteLine($"SLIPWAY_CHAOS_SEED={Seed}");
        var random = new Random(Seed);
        using var folder = await VersionedSite.CreateAsync(App);
        using var site = platform.Site(App);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", App)).MustSucceed();
        await SettledAsync();
        var before = await Inventory.SettledAsync(platform);

        var version = 1;
        var deploys = new Dictionary<string, int>(StringComparer.Ordinal) { ["succeeded"] = 0, ["failed"] = 0 };
        for (var round = 1; round <= Rounds; round++)
        {
            var (victim, pids) = _victims[random.Next(_victims.Length)];
            var delay = LongestDelay * random.NextDouble();
            var which = random.NextDouble();
            var story = $"seed {Seed}, round {round}: {victim} after {delay.TotalSeconds:0.000} s";

            var next = version + 1;
            VersionedSite.Set(folder, App, next);
            var deploying = cli.RunAsync("deploy", "--app", App);
            await Task.Delay(delay, TestContext.Current.CancellationToken);
            var alive = pids(platform);
            if (alive.Count > 0) Daemons.KillHard(alive[(int)(which * alive.Count)]);
            var deploy = await deploying;

            await SettledAsync();
            var answer = VersionedSite.Of(await site.UntilAsync((status, text) => status == HttpStatusCode.OK && VersionedSite.Of(text) > 0, Patience));
            Assert.True(answer == next || (answer == version && deploy.ExitCode != 0), $"{story}: version {answer} answers, before it was {version}, deployed was {next}: {deploy}");
            deploys[deploy.ExitCode == 0 ? "succeeded" : "failed"]++;
            version = answer;
        }

        output.WriteLine($"{Rounds} rounds, deploys: {deploys["succeeded"]} succeeded, {deploys["failed"]} failed and left the old release");
        (await cli.RunAsync("deploy", "--app", App)).MustSucceed();
        await SettledAsync();
        string difference = "";
        await Eventually.TrueAsync(() => (difference = Inventory.Of(platform).DifferenceFrom(before)).Length == 0, Patience, () => $"seed {Seed}\n{difference}");
        (await cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
    }

    /// <summary>No deploy is under way and every web instance is up.</summary>
    private async Task SettledAsync()
    {
        var last = "";
        await Eventually.TrueAsync(async () =>
        {
            var deploys = await platform.Cli.RunAsync("deploys", "--app", App, "--json");
            var instances = await platform.Cli.RunAsync("ps", "--app", App, "--json");
            last = $"{deploys}\n{instances}";
            return deploys.ExitCode == 0 && instances.ExitCode == 0
                && JsonSerializer.Deserialize(deploys.Output, ContractsJson.Default.IReadOnlyListDeploy)!.All(deploy => deploy.Status is "succeeded" or "failed")
                && JsonSerializer.Deserialize(instances.Output, ContractsJson.Default.IReadOnlyListDyno)!.Where(dyno => dyno.Type == "web").ToList() is [{ State: "up" }];
        }, Patience, () => $"seed {Seed}: {last}");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
