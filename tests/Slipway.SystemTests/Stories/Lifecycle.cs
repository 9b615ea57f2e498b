using System.Net;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>The life of an app, the same for every site: first deploy to destruction.</summary>
/// <param name="ShowRow">Has the app write something to its database, then returns text of a page that shows it.</param>
/// <param name="Change">Changes the code.</param>
/// <param name="Path">A page that the change shows on…</param>
/// <param name="After">…and what it shows then.</param>
internal sealed record Lifecycle(Platform Platform, Folder Folder, string App, Func<Site, Cli, Task> ShowRow, Action<Folder> Change, string Path, string After)
{
    private Cli Cli => Platform.Cli.In(Folder.Path);

    public async Task RunAsync()
    {
        using var site = Platform.Site(App);

        var first = (await Cli.RunAsync("deploy", "--app", App)).MustSucceed();
        Assert.Equal(site.Url, new Uri(first.LastLine));
        await ShowRow(site, Cli);

        Change(Folder);
        (await Cli.RunAsync("deploy", "--app", App)).MustSucceed();
        Assert.Contains(After, await site.TextAsync(Path), StringComparison.Ordinal);

        (await Cli.RunAsync("rollback", "--app", App)).MustSucceed();
        using (var rolledBack = await site.GetAsync(Path))
            Assert.DoesNotContain(After, await rolledBack.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        (await Cli.RunAsync("config", "set", "--app", App, "GREETING=bonjour à tous")).MustSucceed();
        var oneOff = (await Cli.RunAsync("run", "--app", App, "--", "printenv", "GREETING")).MustSucceed();
        Assert.Equal("bonjour à tous", oneOff.Output.Trim());
        (await Cli.RunAsync("run", "--app", App, "--", "python", "-c", "raise SystemExit(7)")).MustFail(7);

        (await Cli.RunAsync("scale", "--app", App, "web=3")).MustSucceed();
        var releases = await ReleasesAsync();
        var current = Assert.Single(releases, release => release.Current);

        // New instances take as long as the app to boot; those of the release before may still be ending.
        string[] wanted = ["web.1 up", "web.2 up", "web.3 up"];
        IEnumerable<string> web = [];
        await Eventually.TrueAsync(async () =>
        {
            web = (await InstancesAsync()).Where(dyno => dyno.Type == "web" && dyno.Release.Version == current.Version).Select(dyno => $"{dyno.Name} {dyno.State}").Order();
            return web.SequenceEqual(wanted);
        }, TimeSpan.FromSeconds(30), () => string.Join(", ", web));

        Assert.Equal(Enumerable.Range(1, releases.Count), releases.Select(release => release.Version).Order());

        (await Cli.RunAsync("destroy", "--app", App, "--confirm", App)).MustSucceed();
        await site.UntilAsync((status, _) => status == HttpStatusCode.NotFound, TimeSpan.FromSeconds(10));
        Assert.DoesNotContain(await Platform.AppsAsync(), app => app.Name.Value == App);
        await Leftovers.NoneOfAsync(Platform, App);
    }

    private async Task<IReadOnlyList<Dyno>> InstancesAsync() =>
        JsonSerializer.Deserialize((await Cli.RunAsync("ps", "--app", App, "--json")).MustSucceed().Output, ContractsJson.Default.IReadOnlyListDyno)!;

    private async Task<IReadOnlyList<Release>> ReleasesAsync() =>
        JsonSerializer.Deserialize((await Cli.RunAsync("releases", "--app", App, "--json")).MustSucceed().Output, ContractsJson.Default.IReadOnlyListRelease)!;
}
