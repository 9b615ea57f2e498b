using System.Text.Json;
using Microsoft.Playwright;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;
using static Microsoft.Playwright.Assertions;

namespace Slipway.SystemTests.Browser;

/// <summary>A button in a README, pressed by a person.</summary>
public sealed class ButtonStories(Platform platform, Chromium chromium) : IAsyncLifetime
{
    private const string AppJson = """
        {
          "name": "The pier",
          "description": "Says what it was told, once it was told.",
          "success_url": "/welcome",
          "env": {
            "WORD": {"description": "What visitors read"},
            "TAIL": {"value": "!", "required": false},
            "KEY": {"generator": "secret"}
          },
          "addons": ["heroku-postgresql:mini", "papertrail"],
          "formation": {"web": {"quantity": 1}},
          "scripts": {"postdeploy": "python seed.py"}
        }
        """;

    private readonly Forge _forge = Forge.Open();

    public async ValueTask InitializeAsync() => (await platform.Cli.RunAsync("server", "set", "private-sources", "allow")).MustSucceed();

    public async ValueTask DisposeAsync()
    {
        _forge.Dispose();
        await platform.Cli.RunAsync("server", "unset", "private-sources");
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280, "pier-day")]
    [InlineData(ColorScheme.Dark, 390, "pier-night")]
    public async Task It_asks_for_what_is_wanted_and_makes_the_whole_app(ColorScheme colors, int width, string app)
    {
        using var folder = Source();
        var address = await _forge.PublishAsync(folder, "pier");
        await using var visit = await chromium.OpenAsync(platform, colors, width);
        var page = visit.Page;
        // Somebody who is not logged in comes to the same page after that.
        await page.GotoAsync($"{visit.Dashboard}/deploy?template={Uri.EscapeDataString(address)}");
        await page.GetByLabel("Token").FillAsync(await platform.Cli.TokenAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("The pier");
        await Expect(page.Locator("main")).ToContainTextAsync("'papertrail' is left out");
        await Expect(page.Locator("main")).ToContainTextAsync("Secrets, made new: KEY");
        await LooksGoodAsync(visit, $"button-{app}");
        Assert.DoesNotContain(await platform.AppsAsync(), one => one.Name.Value == app);

        await page.GetByLabel("App name").FillAsync("Pier!");
        await Expect(page.Locator("#name-check")).ToContainTextAsync("not a valid app name");
        await page.GetByLabel("App name").FillAsync(app);
        await Expect(page.Locator("#name-check")).ToHaveTextAsync($"{app} is free.");
        await page.GetByLabel("WORD").FillAsync("ahoy");
        await visit.Button("Deploy").ClickAsync();
        await page.WaitForURLAsync("**/dashboard/setups/*");
        await Expect(page.Locator("[data-status=succeeded]")).ToBeVisibleAsync(new() { Timeout = 240_000 });
        await Expect(page.Locator("[data-status=succeeded] a")).ToHaveAttributeAsync("href", platform.Site(app).Url + "welcome");
        await Expect(page.Locator("[data-step=postdeploy]")).ToContainTextAsync("done");
        await Expect(page.Locator("#created")).ToContainTextAsync($"add-on postgresql-{app}");
        await LooksGoodAsync(visit, $"setup-{app}");

        Assert.Equal("ahoy! seeded 1", await platform.Site(app).TextAsync("/welcome"));
        var config = (await platform.Cli.RunAsync("config", "--app", app, "--json")).MustSucceed().Output;
        using var vars = JsonDocument.Parse(config);
        Assert.Matches("^[0-9a-f]{64}$", vars.RootElement.GetProperty("KEY").GetString()!);

        // A name that is taken can be neither checked nor sent past.
        await page.GotoAsync($"{visit.Dashboard}/deploy?template={Uri.EscapeDataString(address)}");
        await page.GetByLabel("App name").FillAsync(app);
        await Expect(page.Locator("#name-check")).ToContainTextAsync("is taken");
    }

    [Fact]
    public async Task A_broken_file_says_where_and_has_nothing_to_press()
    {
        using var folder = Source();
        folder.Write("app.json", "{\n  \"env\": {\"1\": \"x\"},\n  \"addons\": {}\n}\n");
        await using var visit = await chromium.LogInAsync(platform);
        await visit.Page.GotoAsync($"{visit.Dashboard}/deploy?template={Uri.EscapeDataString(await _forge.PublishAsync(folder, "broken"))}");
        await Expect(visit.Failure).ToContainTextAsync("app.json:2: env.1 '1' cannot be the name of a config var");
        await Expect(visit.Failure).ToContainTextAsync("app.json:3: addons is not a list");
        await Expect(visit.Button("Deploy")).ToHaveCountAsync(0);
        await LooksGoodAsync(visit, "button-broken");
    }

    [Fact]
    public async Task A_killed_slipwayd_goes_on_with_a_setup_where_it_was()
    {
        const string app = "pier-killed";
        using var folder = Source();
        folder.Write("Procfile", "web: python server.py\nrelease: sleep 8\n");
        var address = await _forge.PublishAsync(folder, "killed");
        await using var visit = await chromium.LogInAsync(platform);
        await visit.Page.GotoAsync($"{visit.Dashboard}/deploy?template={Uri.EscapeDataString(address)}");
        await visit.Page.GetByLabel("App name").FillAsync(app);
        await visit.Page.GetByLabel("WORD").FillAsync("again");
        await visit.Button("Deploy").ClickAsync();
        await visit.Page.Locator("[data-step=release]").WaitForAsync();
        var key = await KeyAsync(app);
        foreach (var pid in Daemons.Control(platform)) Daemons.KillHard(pid);

        await Expect(visit.Page.Locator("[data-status=succeeded]")).ToBeVisibleAsync(new() { Timeout = 240_000 });
        Assert.Equal("again! seeded 1", await platform.Site(app).TextAsync("/"));
        Assert.Equal(key, await KeyAsync(app)); // made once
        var addons = (await platform.Cli.RunAsync("addons", "--app", app, "--json")).MustSucceed().Output;
        using var json = JsonDocument.Parse(addons);
        Assert.Equal(1, json.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task The_command_line_does_the_same_and_a_failed_script_is_told()
    {
        using var folder = Source();
        folder.Write("seed.py", "print('no water'); raise SystemExit(3)\n");
        var address = await _forge.PublishAsync(folder, "cli");
        var missing = await platform.Cli.RunAsync("setup", address, "--app", "pier-cli");
        Assert.Equal(5, missing.ExitCode);
        Assert.Contains("env.WORD needs a value", missing.Errors, StringComparison.Ordinal);
        var failed = await platform.Cli.RunAsync("setup", address, "--app", "pier-cli", "--env", "WORD=ho");
        Assert.Equal(5, failed.ExitCode);
        Assert.Contains("postdeploy", failed.Errors, StringComparison.Ordinal);
        Assert.Contains("release v1, live", failed.Errors, StringComparison.Ordinal);
        Assert.Equal("ho! seeded 0", await platform.Site("pier-cli").TextAsync("/"));
    }

    private async Task<string> KeyAsync(string app) => (await platform.Cli.RunAsync("config", "--app", app, "--json")).MustSucceed().Output;

    /// <summary>Writes itself into the database when it is seeded, and says how often that was.</summary>
    private static Folder Source()
    {
        var folder = Folder.Empty("pier");
        folder.Write("app.json", AppJson);
        folder.Write("Procfile", "web: python server.py\n");
        folder.Write("seed.py", "import os, pathlib\np = pathlib.Path('/app/data/seeded'); p.write_text(str(int(p.read_text() or 0) + 1) if p.exists() else '1')\nassert os.environ['DATABASE_URL']\n");
        folder.Write("slipway.toml", "[volumes]\ndata = \"data\"\n");
        folder.Write("server.py", """
            import http.server, os, pathlib

            class Page(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    seeded = pathlib.Path('/app/data/seeded')
                    count = seeded.read_text() if seeded.exists() else '0'
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(f"{os.environ['WORD']}{os.environ.get('TAIL', '')} seeded {count}".encode())

            http.server.ThreadingHTTPServer(('', int(os.environ['PORT'])), Page).serve_forever()

            """);
        return folder;
    }

    /// <summary>Fits the window and can be read; SLIPWAY_PICTURES names a folder that gets a picture.</summary>
    private static async Task LooksGoodAsync(Visit visit, string name)
    {
        if (Environment.GetEnvironmentVariable("SLIPWAY_PICTURES") is { Length: > 0 } folder) await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{name} is wider than the window");
        Assert.Empty(await visit.Page.EvaluateAsync<string[]>(Contrast.Script));
    }
}
