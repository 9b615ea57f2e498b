using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Slipway.SystemTests.Browser;

/// <summary>One person at one window. What the page complained of in the browser's console fails the story at its end.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    public Visit(IBrowserContext context, IPage page, string dashboard)
    {
        (_context, Page, Dashboard) = (context, page, dashboard);
        page.PageError += (_, error) => _complaints.Enqueue(error);
        // What the server refuses shows as an error too; the stories look at what the page makes of it.
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) _complaints.Enqueue(message.Text);
        };
    }

    public IPage Page { get; }
    public string Dashboard { get; }

    public ILocator Zone => Page.Locator("[data-drop]");
    public ILocator Failure => Page.Locator(".failure");
    public ILocator Live => Page.Locator(".steps .live");

    public async Task LogInAsync(string token)
    {
        await Page.GotoAsync(Dashboard);
        await Page.GetByLabel("Token").FillAsync(token);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).WaitForAsync();
    }

    public async Task ToAppAsync(string app)
    {
        await Page.GotoAsync($"{Dashboard}/dashboard/apps/{app}");
        Assert.Equal(app, await Page.Locator("h1").InnerTextAsync());
    }

    /// <summary>Drags files and folders from the desktop onto the page and lets go.</summary>
    public async Task DropAsync(params string[] paths)
    {
        var box = await Zone.BoundingBoxAsync() ?? throw new InvalidOperationException("There is nowhere to drop.");
        var session = await _context.NewCDPSessionAsync(Page);
        foreach (var type in (string[])["dragEnter", "dragOver", "drop"])
        {
            await session.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = type,
                ["x"] = box.X + (box.Width / 2),
                ["y"] = box.Y + (box.Height / 2),
                ["data"] = new Dictionary<string, object> { ["items"] = Array.Empty<object>(), ["files"] = paths, ["dragOperationsMask"] = 1 },
            });
        }
    }

    /// <summary>Drops a folder where new apps are made, and gives the app a name.</summary>
    public async Task DropAsNewAppAsync(string path, string app)
    {
        await Page.GotoAsync(Dashboard);
        await DropAsync(path);
        await Zone.GetByLabel("Name of the new app").FillAsync(app);
        await Zone.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
    }

    public ILocator Button(string name, string? section = null) =>
        (section is null ? Page.Locator("main") : Page.Locator("#" + section)).GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>The dialog's button, after what it wants to have typed.</summary>
    public async Task AgreeAsync(string verb, string? type = null)
    {
        var dialog = Page.Locator("dialog[open]");
        if (type is not null)
        {
            await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = verb })).ToBeDisabledAsync();
            await dialog.GetByRole(AriaRole.Textbox).FillAsync(type);
        }

        await dialog.GetByRole(AriaRole.Button, new() { Name = verb }).ClickAsync();
    }

    /// <summary>Waits for the running deploy's end: it must be live.</summary>
    public async Task MustGoLiveAsync()
    {
        await Page.Locator(".steps .live, .failure").First.WaitForAsync(new() { Timeout = 240_000 });
        Assert.True(await Live.CountAsync() > 0, await Page.Locator("main").InnerTextAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.True(_complaints.IsEmpty, "The browser complained: " + string.Join('\n', _complaints));
    }
}
