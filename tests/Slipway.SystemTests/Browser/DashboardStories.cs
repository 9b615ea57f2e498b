using Microsoft.Playwright;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;
using static Microsoft.Playwright.Assertions;

namespace Slipway.SystemTests.Browser;

/// <summary>Every button of the dashboard, pressed.</summary>
public sealed class DashboardStories(Platform platform, Chromium chromium)
{
    [Fact]
    public async Task One_logs_in_with_a_token_and_out_again()
    {
        await using var visit = await chromium.OpenAsync(platform);
        await visit.Page.GotoAsync(visit.Dashboard + "/dashboard/apps/somewhere");
        await visit.Page.GetByLabel("Token").FillAsync("slipway-wrong");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(visit.Failure).ToContainTextAsync("not a valid token");
        await visit.Page.GetByLabel("Token").FillAsync(await platform.Cli.TokenAsync());
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(visit.Failure).ToContainTextAsync("There is no app 'somewhere'"); // where one wanted to be
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await visit.Page.GetByLabel("Token").WaitForAsync();
        await visit.Page.GotoAsync(visit.Dashboard + "/dashboard/apps/somewhere");
        await visit.Page.GetByLabel("Token").WaitForAsync();
    }

    [Fact]
    public async Task An_apps_whole_life_on_its_page()
    {
        const string app = "page-life";
        using var folder = PlainSite.Create(app, "hello");
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        await using var visit = await chromium.LogInAsync(platform);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = app, Exact = true }).ClickAsync();
        await Expect(visit.Page.Locator("#head")).ToContainTextAsync("live");
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Open ↗", Exact = true })).ToHaveAttributeAsync("href", platform.Site(app).Url.ToString());

        await ChangesConfigAsync(visit, app);
        await GoesBackAsync(visit, app);
        await ScalesAndRestartsAsync(visit);
        await ShowsTheLogAsync(visit, app);
        await NamesADomainAsync(visit, app);
        await ClosesForMaintenanceAsync(visit, app);
        await AddsADatabaseAsync(visit, app);

        await visit.Button("Destroy", "more").ClickAsync();
        await visit.AgreeAsync("Destroy it", type: app);
        await Expect(visit.Page.Locator("h1")).ToHaveTextAsync("Apps");
        await Expect(visit.Page.Locator("#apps")).Not.ToContainTextAsync(app);
        Assert.DoesNotContain(await platform.AppsAsync(), left => left.Name.Value == app);
    }

    [Fact]
    public async Task A_member_sees_their_own_apps_alone()
    {
        (await platform.Cli.RunAsync("create", "not-yours")).MustSucceed();
        await platform.Cli.RunAsync("accounts", "remove", "crew@example.org"); // of an earlier run
        var member = (await platform.Cli.RunAsync("accounts", "add", "crew@example.org", "--json")).MustSucceed();
        using var made = System.Text.Json.JsonDocument.Parse(member.Output);
        await using var visit = await chromium.OpenAsync(platform);
        await visit.LogInAsync(made.RootElement.GetProperty("token").GetString()!);
        await Expect(visit.Page.Locator("main")).ToContainTextAsync("Drop your first app here");
        await visit.Page.GotoAsync(visit.Dashboard + "/dashboard/apps/not-yours");
        await Expect(visit.Failure).ToContainTextAsync("or you may not see it");
    }

    [Fact]
    public async Task A_running_deploy_may_be_cancelled()
    {
        using var folder = PlainSite.Create("slow", "never");
        folder.Write("server.py", "import time\ntime.sleep(600)\n");
        await using var visit = await chromium.LogInAsync(platform);
        await visit.DropAsNewAppAsync(folder.Path, "slow-start");
        await visit.Page.Locator("[data-step=probe]").WaitForAsync();
        await visit.ToAppAsync("slow-start");
        await Expect(visit.Page.Locator("#head")).ToContainTextAsync("deploying");
        await visit.Page.Locator("#deploys").GetByRole(AriaRole.Link, new() { Name = "new source" }).ClickAsync();
        await visit.Button("Cancel").ClickAsync();
        await visit.AgreeAsync("Cancel the deploy");
        await Expect(visit.Failure).ToContainTextAsync("was cancelled");
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task Pages_fit_the_window_and_can_be_read(ColorScheme colors, int width)
    {
        using var folder = PlainSite.Create("looks", "hello");
        if ((await platform.AppsAsync()).All(app => app.Name.Value != "looks-good"))
            (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", "looks-good")).MustSucceed();
        await using var visit = await chromium.LogInAsync(platform, colors, width);
        foreach (var path in (string[])["/", "/dashboard/apps/looks-good", "/dashboard/apps/none"])
        {
            await visit.Page.GotoAsync(visit.Dashboard + path);
            if (path.EndsWith("looks-good", StringComparison.Ordinal)) await visit.Live.WaitForAsync();
            Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{path} is wider than {width} px");
            Assert.Empty(await visit.Page.EvaluateAsync<string[]>(Contrast.Script));
        }
    }

    private static async Task ChangesConfigAsync(Visit visit, string app)
    {
        var form = visit.Page.Locator("#config form");
        await form.GetByLabel("Name of the config var").FillAsync("not a key");
        await form.GetByLabel("Its value").FillAsync("x");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Page.Locator("dialog .failure")).ToBeVisibleAsync();
        await visit.AgreeAsync("Close");
        await form.GetByLabel("Name of the config var").FillAsync("GREETING");
        await form.GetByLabel("Its value").FillAsync("ahoy <b>&amp;");
        await form.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(visit.Live).ToContainTextAsync("v2 is live");

        await visit.ToAppAsync(app);
        var row = visit.Page.Locator("[data-key=GREETING]");
        await Expect(row).Not.ToContainTextAsync("ahoy");
        await row.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(row.Locator("[data-value]")).ToHaveTextAsync("ahoy <b>&amp;");
        await row.GetByRole(AriaRole.Button, new() { Name = "Hide" }).ClickAsync();
        await Expect(row).Not.ToContainTextAsync("ahoy");
        await row.GetByRole(AriaRole.Button, new() { Name = "Remove GREETING" }).ClickAsync();
        await visit.AgreeAsync("Remove it");
        await Expect(visit.Live).ToContainTextAsync("v3 is live");
    }

    private static async Task GoesBackAsync(Visit visit, string app)
    {
        await visit.ToAppAsync(app);
        var second = visit.Page.Locator("#releases tr", new() { HasText = "v2" }).First;
        await second.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await visit.AgreeAsync("Leave it");
        await second.GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await visit.AgreeAsync("Roll back");
        await Expect(visit.Live).ToContainTextAsync("v4 is live");
        await visit.ToAppAsync(app);
        await Expect(visit.Page.Locator("#releases tr").First).ToContainTextAsync("Rollback to v2");
        await Expect(visit.Page.Locator("#releases tr").First).ToContainTextAsync("current");
        await Expect(visit.Page.Locator("[data-key=GREETING]")).ToBeVisibleAsync();
    }

    private static async Task ScalesAndRestartsAsync(Visit visit)
    {
        var instances = visit.Page.Locator("#instances");
        await visit.Button("One web more", "instances").ClickAsync();
        await Expect(instances).ToContainTextAsync("web.2");
        await Expect(instances.Locator(".state.good")).ToHaveCountAsync(2);
        await visit.Button("One web less", "instances").ClickAsync();
        await Expect(instances).Not.ToContainTextAsync("web.2");
        await Expect(instances).ToContainTextAsync("just now");
        await visit.Button("Restart", "instances").ClickAsync();
        await Expect(instances.Locator(".state.good")).ToHaveCountAsync(1);
        await Expect(visit.Button("Restart", "instances")).ToBeEnabledAsync();
    }

    private async Task ShowsTheLogAsync(Visit visit, string app)
    {
        await platform.Site(app).TextAsync("/seen-in-the-log");
        await Expect(visit.Page.Locator(".log")).ToContainTextAsync("asked for /seen-in-the-log");
        await Expect(visit.Page.Locator(".log")).ToContainTextAsync("router");
    }

    private static async Task NamesADomainAsync(Visit visit, string app)
    {
        await visit.Page.GetByLabel("Host name").FillAsync($"{app}.example.org");
        await visit.Button("Add", "domains").ClickAsync();
        await Expect(visit.Page.Locator("#domains")).ToContainTextAsync($"{app}.example.org");
        await visit.Button("Remove", "domains").ClickAsync();
        await visit.AgreeAsync("Remove it");
        await Expect(visit.Page.Locator("#domains")).Not.ToContainTextAsync($"{app}.example.org");
    }

    private async Task ClosesForMaintenanceAsync(Visit visit, string app)
    {
        await visit.Button("Turn on", "more").ClickAsync();
        await Expect(visit.Page.Locator("#head")).ToContainTextAsync("maintenance");
        await platform.Site(app).UntilAsync((status, _) => (int)status == 503, TimeSpan.FromSeconds(20));
        await visit.Button("Turn off", "more").ClickAsync();
        // The page looks again every five seconds; until then it may be that of an instance that takes another's place.
        await Expect(visit.Page.Locator("#head")).ToContainTextAsync("live", new() { Timeout = 15_000 });
        await platform.Site(app).UntilAsync((status, _) => (int)status == 200, TimeSpan.FromSeconds(20));
    }

    private static async Task AddsADatabaseAsync(Visit visit, string app)
    {
        await visit.Button("Add postgresql", "addons").ClickAsync();
        await visit.Page.WaitForURLAsync("**/deploys/*"); // the app is live already: what counts is the page of the deploy
        await visit.MustGoLiveAsync();
        await visit.ToAppAsync(app);
        await Expect(visit.Page.Locator("[data-key=DATABASE_URL]")).ToBeVisibleAsync();
        var remove = visit.Button("Remove", "addons");
        var name = await remove.GetAttributeAsync("data-type");
        await remove.ClickAsync();
        await visit.AgreeAsync("Delete the data", type: name);
        await visit.Page.WaitForURLAsync("**/deploys/*");
        await visit.MustGoLiveAsync();
        await visit.ToAppAsync(app);
    }
}
