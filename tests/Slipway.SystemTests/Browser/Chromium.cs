using Microsoft.Playwright;
using Slipway.SystemTests.Server;

[assembly: AssemblyFixture(typeof(Slipway.SystemTests.Browser.Chromium))]

namespace Slipway.SystemTests.Browser;

/// <summary>Debian's Chromium without a screen, driven as a person would.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A new window, as of somebody who was never here.</summary>
    internal async Task<Visit> OpenAsync(Platform platform, ColorScheme colors = ColorScheme.Light, int width = 1280)
    {
        var context = await _browser!.NewContextAsync(new() { ColorScheme = colors, ViewportSize = new() { Width = width, Height = 900 } });
        context.SetDefaultTimeout(60_000);
        return new Visit(context, await context.NewPageAsync(), $"http://{platform.Config.ControlHost}:{platform.Config.HttpPort}");
    }

    /// <summary>The same, logged in as the admin.</summary>
    internal async Task<Visit> LogInAsync(Platform platform, ColorScheme colors = ColorScheme.Light, int width = 1280)
    {
        var visit = await OpenAsync(platform, colors, width);
        await visit.LogInAsync(await platform.Cli.TokenAsync());
        return visit;
    }
}
