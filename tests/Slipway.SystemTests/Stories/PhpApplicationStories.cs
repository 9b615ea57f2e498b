using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Slipway.SystemTests.Drops;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>WordPress and MediaWiki as Debian packages them: dropped, installed in their own web pages, written in, and deployed again.</summary>
public sealed class PhpApplicationStories(Platform platform)
{
    private const string Password = "a-long-enough-Pass-phrase-7";

    private static readonly byte[] Picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WordPress_is_dropped_by_SFTP_and_a_post_with_a_picture_outlives_a_release()
    {
        const string app = "wordpress-story";
        using var folder = await Folder.DebianApplicationAsync("wordpress");
        using var sftp = await Sftp.OpenAsync(platform, "editor@wordpress");
        using var site = platform.Site(app);
        (await platform.Cli.RunAsync("create", app)).MustSucceed();
        (await platform.Cli.RunAsync("addons", "create", "mariadb", "--app", app)).MustSucceed();
        (await sftp.CopyAsync(folder, app)).MustSucceed();
        await site.UntilAsync((status, _) => status is HttpStatusCode.OK or HttpStatusCode.Found, TimeSpan.FromMinutes(2));

        var installer = await WebPage.OpenAsync(site, "/");
        if (installer.Has("#language")) installer = await installer.PressAsync("#language-continue");
        var installed = await installer.Fill("weblog_title", "Harbour notes").Fill("user_name", "ada").Fill("admin_password", Password).Fill("admin_password2", Password)
            .Fill("admin_email", "ada@example.org").PressAsync("#submit");
        Assert.Contains("Success!", installed.Text, StringComparison.Ordinal);
        var dashboard = await (await WebPage.OpenAsync(site, "/wp-login.php")).Fill("log", "ada").Fill("pwd", Password).PressAsync("#wp-submit");
        Assert.Contains("Dashboard", dashboard.Title, StringComparison.Ordinal);

        var picture = await UploadToWordPressAsync(site);
        var post = await PublishAsync(site, "First boat in", $"<p>She came at dawn.</p><img src=\"{picture}\">");
        Assert.Contains(picture.ToString(), (await WebPage.OpenAsync(site, post)).Html, StringComparison.Ordinal);

        // Saved in the drop folder: a theme's change is a release; what readers and authors made stays.
        folder.Write("wp-content/mu-plugins/greeting.php", "<?php add_action('wp_footer', fn() => print('Moored at Slipway'));");
        (await sftp.RunAsync($"-mkdir /{app}/wp-content/mu-plugins\nput {folder.Path}/wp-content/mu-plugins/greeting.php /{app}/wp-content/mu-plugins/greeting.php\n")).MustSucceed();
        var page = await site.UntilAsync((_, text) => text.Contains("Moored at Slipway", StringComparison.Ordinal), TimeSpan.FromMinutes(2), post);
        Assert.Contains("She came at dawn.", page, StringComparison.Ordinal);
        await ShowsPictureAsync(site, picture);

        // What lies among the uploads is shown and never run, and nobody lists what is there.
        (await platform.Cli.RunAsync("run", "--app", app, "--", "sh", "-c", "echo '<?php echo 6*7;' > /app/wp-content/uploads/shell.php")).MustSucceed();
        using (var shell = await site.GetAsync("/wp-content/uploads/shell.php")) Assert.DoesNotContain("42", await shell.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using (var listing = await site.GetAsync("/wp-content/uploads/")) Assert.DoesNotContain("shell.php", await listing.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using (var secrets = await site.GetAsync("/wp-config.php")) Assert.Equal("", await secrets.Content.ReadAsStringAsync(Cancel));

        // An error of a plugin is the log's, and no word of it is the page's.
        folder.Write("wp-content/mu-plugins/greeting.php", "<?php if (isset($_GET['fail'])) throw new Exception('mast broken');");
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();
        using (var failed = await site.GetAsync("/?fail=1"))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
            Assert.DoesNotContain("mast broken", await failed.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.Contains("mast broken", (await platform.Cli.RunAsync("logs", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        await ShowsPictureAsync(site, picture);
        (await platform.Cli.RunAsync("keys", "remove", "editor@wordpress")).MustSucceed();
        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        await Leftovers.NoneOfAsync(platform, app);
    }

    [Fact]
    public async Task MediaWiki_is_installed_by_its_own_pages_and_a_page_with_a_picture_outlives_a_release()
    {
        const string app = "wiki-story";
        using var folder = await Folder.DebianApplicationAsync("mediawiki");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("create", app)).MustSucceed();
        (await cli.RunAsync("addons", "create", "mariadb", "--app", app)).MustSucceed();
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();

        var database = new Uri((await cli.RunAsync("run", "--app", app, "--", "printenv", "DATABASE_URL")).MustSucceed().LastLine);
        folder.Write("LocalSettings.php", await InstallAsync(site, database));
        folder.Replace("LocalSettings.php", $"$wgServer = \"http://{site.Url.Host}\";", $"$wgServer = \"http://{site.Url.Authority}\";"); // its installer knows of no port but 80 behind a proxy
        Assert.Contains("update.php", (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);

        Assert.Contains("Quay wiki", (await WebPage.OpenAsync(site, "/")).Title, StringComparison.Ordinal);
        await LogInAsync(site);
        await ApiAsync(site, form => form.Add(new ByteArrayContent(Picture), "file", "boat.png"),
            ("action", "upload"), ("filename", "Boat.png"), ("ignorewarnings", "1"), ("token", await TokenAsync(site, "csrf")));
        await ApiAsync(site, null, ("action", "edit"), ("title", "Berths"), ("text", "Twelve of them. [[File:Boat.png]]"), ("token", await TokenAsync(site, "csrf")));
        var picture = await PictureOnAsync(site);

        folder.Write("LocalSettings.php", File.ReadAllText(Path.Combine(folder.Path, "LocalSettings.php")) + "\n$wgSitename = 'Pier wiki';\n");
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Contains("Pier wiki", (await WebPage.OpenAsync(site, "/index.php?title=Berths")).Title, StringComparison.Ordinal);
        Assert.Equal(picture, await PictureOnAsync(site));
        foreach (var secret in (string[])["/LocalSettings.php~", "/composer.json", "/images/.htaccess"])
            using (var answer = await site.GetAsync(secret)) Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("", await site.TextAsync("/LocalSettings.php"));
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    private static async Task<Uri> UploadToWordPressAsync(Site site)
    {
        var nonce = (await WebPage.OpenAsync(site, "/wp-admin/media-new.php")).Value("[name='_wpnonce']");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("boat.png"), "name" },
            { new StringContent("upload-attachment"), "action" },
            { new StringContent(nonce), "_wpnonce" },
            { new ByteArrayContent(Picture) { Headers = { ContentType = new("image/png") } }, "async-upload", "boat.png" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(site.Url, "/wp-admin/async-upload.php")) { Content = form };
        using var answer = await site.SendAsync(request);
        using var uploaded = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.True(uploaded.RootElement.GetProperty("success").GetBoolean(), $"{uploaded.RootElement}");
        return new Uri(uploaded.RootElement.GetProperty("data").GetProperty("url").GetString()!);
    }

    /// <returns>Where it is read.</returns>
    private static async Task<string> PublishAsync(Site site, string title, string content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(site.Url, "/index.php?rest_route=/wp/v2/posts"))
        {
            Headers = { { "X-WP-Nonce", await site.TextAsync("/wp-admin/admin-ajax.php?action=rest-nonce") } },
            Content = JsonContent.Create(new Dictionary<string, string> { ["title"] = title, ["content"] = content, ["status"] = "publish" }),
        };
        using var answer = await site.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        using var post = JsonDocument.Parse(text);
        return new Uri(post.RootElement.GetProperty("link").GetString()!).PathAndQuery;
    }

    private static async Task ShowsPictureAsync(Site site, Uri picture)
    {
        using var answer = await site.GetAsync(picture.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Picture, await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    /// <summary>Walks through the pages of mw-config.</summary>
    /// <returns>The LocalSettings.php that it offers at the end.</returns>
    private static async Task<string> InstallAsync(Site site, Uri database)
    {
        const string next = "[name='submit-continue']";
        var page = await (await WebPage.OpenAsync(site, "/mw-config/index.php")).PressAsync(next); // language
        page = await page.PressAsync(next); // the environment was checked
        Assert.True(page.Has("[name='mysql_wgDBserver']"), page.Text);
        var user = database.UserInfo.Split(':');
        page = await page.Fill("mysql_wgDBserver", $"{database.Host}:{database.Port}").Fill("mysql_wgDBname", database.AbsolutePath[1..])
            .Fill("mysql__InstallUser", user[0]).Fill("mysql__InstallPassword", user[1]).PressAsync(next);
        page = await page.PressAsync(next); // the same account for the web
        page = await page.Fill("config_wgSitename", "Quay wiki").Fill("config__AdminName", "Ada").Fill("config__AdminPassword", Password).Fill("config__AdminPasswordConfirm", Password)
            .Fill("config__SkipOptional", "continue").PressAsync(next);
        page = await page.Fill("config_wgEnableUploads", "1").PressAsync(next);
        page = await page.PressAsync(next); // begin
        page = await page.PressAsync(next); // done
        Assert.Contains("Congratulations", page.Text, StringComparison.OrdinalIgnoreCase);
        return await site.TextAsync("/mw-config/index.php?localsettings=1");
    }

    private static async Task LogInAsync(Site site)
    {
        using var login = await ApiAsync(site, null, ("action", "clientlogin"), ("username", "Ada"), ("password", Password), ("loginreturnurl", site.Url.ToString()), ("logintoken", await TokenAsync(site, "login")));
        Assert.Equal("PASS", login.RootElement.GetProperty("clientlogin").GetProperty("status").GetString());
    }

    private static async Task<string> TokenAsync(Site site, string type)
    {
        using var answer = JsonDocument.Parse(await site.TextAsync($"/api.php?action=query&meta=tokens&type={type}&format=json"));
        return answer.RootElement.GetProperty("query").GetProperty("tokens").GetProperty(type + "token").GetString()!;
    }

    private static async Task<JsonDocument> ApiAsync(Site site, Action<MultipartFormDataContent>? attach, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new StringContent("json"), "format" } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        attach?.Invoke(form);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(site.Url, "/api.php")) { Content = form };
        using var answer = await site.SendAsync(request);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.False(json.RootElement.TryGetProperty("error", out var error), $"{error}");
        return json;
    }

    /// <returns>The address of the picture on the page, which shows it.</returns>
    private static async Task<string> PictureOnAsync(Site site)
    {
        var page = await WebPage.OpenAsync(site, "/index.php?title=Berths");
        Assert.Contains("Twelve of them.", page.Text, StringComparison.Ordinal);
        var html = page.Html;
        var begin = html.IndexOf("/images/", StringComparison.Ordinal);
        Assert.True(begin > 0, html);
        var address = html[begin..html.IndexOf('"', begin)];
        await ShowsPictureAsync(site, new Uri(site.Url, address));
        return address;
    }
}
