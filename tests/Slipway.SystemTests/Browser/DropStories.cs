using Microsoft.Playwright;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;
using static Microsoft.Playwright.Assertions;

namespace Slipway.SystemTests.Browser;

/// <summary>Files dragged from the desktop onto the dashboard.</summary>
public sealed class DropStories(Platform platform, Chromium chromium)
{
    [Fact]
    public async Task A_folder_becomes_an_app_with_a_link()
    {
        using var folder = PlainSite.Create("My Café Site", "dropped");
        folder.Write("deep/er/ünïcode — file.txt", "kept");
        folder.Write(new string('n', 120) + ".txt", "kept");
        folder.Write(".git/config", "left");
        folder.Write(".gitignore", "*.secret\n/build/\n");
        folder.Write("deep/key.secret", "left");
        folder.Write("build/out.js", "left");
        Directory.CreateDirectory(Path.Combine(folder.Path, "empty"));

        await using var visit = await chromium.LogInAsync(platform);
        await visit.DropAsync(folder.Path);
        await Expect(visit.Zone).ToContainTextAsync("6 files"); // Procfile, server.py, .gitignore, two odd names, the empty folder
        await Expect(visit.Zone).ToContainTextAsync("3 ignored");
        var name = visit.Zone.GetByLabel("Name of the new app");
        await Expect(name).ToHaveValueAsync("my-cafe-site");
        await name.FillAsync("dropped-folder");
        await visit.Zone.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await visit.MustGoLiveAsync();

        var link = visit.Live.GetByRole(AriaRole.Link);
        await Expect(link).ToHaveAttributeAsync("href", platform.Site("dropped-folder").Url.ToString());
        Assert.Equal("dropped", await platform.Site("dropped-folder").TextAsync());
        var files = await platform.Cli.RunAsync("run", "--app", "dropped-folder", "--", "find", ".", "-not", "-path", "*/__pycache__*");
        foreach (var kept in (string[])["./deep/er/ünïcode — file.txt", $"./{new string('n', 120)}.txt", "./empty"]) Assert.Contains(kept, files.Output);
        foreach (var left in (string[])[".git/config", "key.secret", "build/out.js"]) Assert.DoesNotContain(left, files.Output);
        await Expect(visit.Page.Locator("#apps")).ToContainTextAsync("dropped-folder");
    }

    [Fact]
    public async Task A_zip_of_a_folder_replaces_what_an_app_serves_and_a_broken_one_does_not()
    {
        using var folder = PlainSite.Create("zipped", "first");
        await using var visit = await chromium.LogInAsync(platform);
        await visit.DropAsNewAppAsync(folder.Path, "dropped-zip");
        await visit.MustGoLiveAsync();

        PlainSite.Say(folder, "second");
        await visit.ToAppAsync("dropped-zip");
        await visit.DropAsync(await ZipAsync(folder, "second"));
        await Expect(visit.Live).ToContainTextAsync("v2 is live", new() { Timeout = 60_000 });
        Assert.Equal("second", await platform.Site("dropped-zip").TextAsync());

        PlainSite.Break(folder);
        await visit.DropAsync(await ZipAsync(folder, "broken"));
        await Expect(visit.Failure).ToContainTextAsync("v2 serves on as before", new() { Timeout = 120_000 });
        await Expect(visit.Failure).ToContainTextAsync("the mast is broken");
        Assert.Equal("second", await platform.Site("dropped-zip").TextAsync());
    }

    [Fact]
    public async Task A_folder_and_an_archive_may_be_chosen_as_well()
    {
        using var folder = PlainSite.Create("chosen", "by folder");
        folder.Write("__pycache__/junk.pyc", "left");
        await using var visit = await chromium.LogInAsync(platform);
        await visit.Page.GetByLabel("Name of the new app").FillAsync("chosen-files");
        await visit.Button("New app").ClickAsync();
        await Expect(visit.Page.Locator("h1")).ToHaveTextAsync("chosen-files");
        await visit.Page.Locator("[data-choose=folder]").SetInputFilesAsync(folder.Path);
        await visit.MustGoLiveAsync();
        Assert.Equal("by folder", await platform.Site("chosen-files").TextAsync());

        PlainSite.Say(folder, "by archive");
        await visit.Page.Locator("[data-choose=archive]").SetInputFilesAsync(await ZipAsync(folder, "chosen"));
        await Expect(visit.Live).ToContainTextAsync("v2 is live");
        Assert.Equal("by archive", await platform.Site("chosen-files").TextAsync());
    }

    [Fact]
    public async Task What_cannot_be_deployed_is_said_and_one_may_try_again()
    {
        using var empty = Folder.Empty("nothing");
        empty.Write(".gitignore", "*\n");
        using var folder = Folder.Empty("bad");
        folder.Write("bad.zip", "PK\u0003\u0004 and then nothing of a zip");
        await using var visit = await chromium.LogInAsync(platform);
        await visit.Page.GetByLabel("Name of the new app").FillAsync("hard-to-please");
        await visit.Button("New app").ClickAsync();
        await Expect(visit.Page.Locator("h1")).ToHaveTextAsync("hard-to-please");

        await visit.DropAsync(empty.Path);
        await Expect(visit.Failure).ToContainTextAsync("holds no files");
        await visit.Button("Drop something else").ClickAsync();
        await visit.DropAsync(Path.Combine(folder.Path, "bad.zip"));
        await Expect(visit.Failure).ToContainTextAsync("not an archive that can be read");

        using var good = PlainSite.Create("good", "at last");
        await visit.Button("Drop something else").ClickAsync();
        await visit.DropAsync(good.Path);
        await visit.MustGoLiveAsync();
        Assert.Equal("at last", await platform.Site("hard-to-please").TextAsync());
    }

    [Fact]
    public async Task A_taken_name_is_asked_for_again()
    {
        using var folder = PlainSite.Create("taken", "mine");
        (await platform.Cli.RunAsync("create", "taken-name")).MustSucceed();
        await using var visit = await chromium.LogInAsync(platform);
        await visit.DropAsNewAppAsync(folder.Path, "taken-name");
        await Expect(visit.Failure).ToContainTextAsync("You have an app 'taken-name' already");
        await visit.Zone.GetByLabel("Name of the new app").FillAsync("free-name");
        await visit.Zone.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await visit.MustGoLiveAsync();
        Assert.Equal("mine", await platform.Site("free-name").TextAsync());
    }

    [Fact]
    public async Task Ten_thousand_files_arrive_with_true_numbers()
    {
        using var folder = PlainSite.Create("many", "many");
        for (var i = 0; i < 10_000; i++) folder.Write($"data/{i % 100}/{i}.txt", $"file {i}");
        await using var visit = await chromium.LogInAsync(platform);
        await visit.DropAsync(folder.Path);
        await Expect(visit.Zone).ToContainTextAsync("10,002 files", new() { Timeout = 60_000 });
        await visit.Zone.GetByLabel("Name of the new app").FillAsync("many-files");
        await visit.Zone.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await visit.MustGoLiveAsync();
        await Expect(visit.Page.Locator("[data-step=receive]")).ToContainTextAsync("10,002 files");
    }

    private static async Task<string> ZipAsync(Folder folder, string name)
    {
        var file = Path.Combine(Path.GetDirectoryName(folder.Path)!, name + ".zip");
        await System.IO.Compression.ZipFile.CreateFromDirectoryAsync(
            folder.Path, file, System.IO.Compression.CompressionLevel.Fastest, includeBaseDirectory: true, TestContext.Current.CancellationToken);
        return file;
    }
}
