using System.Net;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>PHP behind Apache, as people drop it.</summary>
public sealed class PhpStories(Platform platform)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sample_keeps_its_sessions_over_releases_and_shows_only_its_document_root()
    {
        const string app = "ferry-story";
        using var folder = await Folder.CopyOfSampleAsync("php");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();

        using (var booked = await BookAsync(site)) Assert.Equal(HttpStatusCode.SeeOther, booked.StatusCode);
        Assert.Contains("<td>3</td>", await site.TextAsync(), StringComparison.Ordinal);
        using (var hidden = await site.GetAsync("/src/timetable.json")) Assert.Contains("Missed the boat", await hidden.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        folder.Replace("templates/timetable.php", "The Holm ferry", "The other ferry");
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        var page = await site.TextAsync();
        Assert.Contains("The other ferry", page, StringComparison.Ordinal);
        Assert.Contains("<td>3</td>", page, StringComparison.Ordinal);
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        await Leftovers.NoneOfAsync(platform, app);
    }

    [Fact]
    public async Task A_folder_as_web_hosts_have_it_obeys_its_htaccess_and_never_shows_secrets_or_errors()
    {
        const string app = "webspace-story";
        using var folder = Folder.Empty(app);
        folder.Write("index.php", "<?php echo 'path=', $_GET['path'] ?? '', ' from=', $_SERVER['REMOTE_ADDR']; if (isset($_GET['fail'])) nosuch();");
        folder.Write("ini.php", "<?php echo ini_get('memory_limit'), ' ', ini_get('upload_max_filesize'), ' ', ini_get('post_max_size');");
        folder.Write("php.ini", "memory_limit = 99M\n");
        folder.Write(".user.ini", "post_max_size = 33M\n");
        folder.Write(".htaccess", "php_value upload_max_filesize 12M\nRewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule ^(.*)$ index.php?path=$1 [L,QSA]\nRedirect 301 /old /new\n");
        folder.Write("members/.htaccess", "AuthType Basic\nAuthName members\nAuthUserFile /app/members/.htpasswd\nRequire valid-user\n");
        folder.Write("members/.htpasswd", "joe:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n"); // 'password'
        folder.Write("members/index.html", "for members");
        folder.Write("denied/.htaccess", "Deny from all\n");
        folder.Write("denied/x.html", "no");
        foreach (var secret in new[] { ".env", ".git/config", "index.php~", "config.php.bak", "dump.sql", "composer.json" })
            folder.Write(secret, secret == "composer.json" ? "{}" : "secret");
        using var site = platform.Site(app);
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", app)).MustSucceed();

        Assert.Equal("path=a/b from=127.0.0.1", await site.TextAsync("/a/b"));
        Assert.Equal("99M 12M 33M", await site.TextAsync("/ini.php"));
        using (var moved = await site.GetAsync("/old")) Assert.Equal(HttpStatusCode.MovedPermanently, moved.StatusCode);
        using (var stranger = await site.GetAsync("/members/")) Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        using (var joe = new HttpRequestMessage(HttpMethod.Get, new Uri(site.Url, "/members/")) { Headers = { Authorization = new("Basic", "am9lOnBhc3N3b3Jk") } })
        using (var answer = await site.SendAsync(joe)) Assert.Equal("for members", await answer.Content.ReadAsStringAsync(Cancel));
        using (var denied = await site.GetAsync("/denied/x.html")) Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        foreach (var secret in new[] { "/.env", "/.git/config", "/index.php~", "/config.php.bak", "/dump.sql", "/composer.json", "/php.ini", "/.htaccess", "/.user.ini", "/members/.htpasswd", "/%2eenv" })
        {
            using var answer = await site.GetAsync(secret);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{secret} answered {answer.StatusCode}.");
        }

        using (var failed = await site.GetAsync("/?fail=1"))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
            Assert.DoesNotContain("nosuch", await failed.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.Contains("Call to undefined function nosuch() in /app/index.php:1", (await platform.Cli.RunAsync("logs", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        (await platform.Cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    [Fact]
    public async Task Composer_installs_packages_once_and_says_what_is_missing()
    {
        const string app = "composer-story";
        using var folder = Folder.Empty(app);
        folder.Write("composer.json", """
            { "repositories": [ { "type": "path", "url": "packages/*" }, { "packagist.org": false } ],
              "require": { "holm/tide": "*" }, "minimum-stability": "dev",
              "autoload": { "psr-4": { "App\\": "src/" } }, "scripts": { "post-autoload-dump": "@php -r \"file_put_contents('made.txt', 'made');\"" } }
            """);
        folder.Write("packages/tide/composer.json", """{ "name": "holm/tide", "version": "1.2.0", "autoload": { "psr-4": { "Tide\\": "src/" } } }""");
        folder.Write("packages/tide/src/Table.php", "<?php namespace Tide; final class Table { public static function next(): string { return 'high at noon'; } }");
        folder.Write("src/Page.php", "<?php namespace App; final class Page { public static function text(): string { return \\Tide\\Table::next() . ' ' . file_get_contents(__DIR__ . '/../made.txt'); } }");
        folder.Write("public/index.php", "<?php require __DIR__ . '/../vendor/autoload.php'; echo App\\Page::text();");
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal("high at noon made", await site.TextAsync());
        Assert.Contains("Unchanged: 1 packages", (await cli.RunAsync("deploy", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);

        folder.Replace("composer.json", "\"holm/tide\": \"*\"", "\"holm/moon\": \"*\"");
        Assert.Contains("holm/moon", (await cli.RunAsync("deploy", "--app", app)).MustFail(5).ToString(), StringComparison.Ordinal);
        Assert.Equal("high at noon made", await site.TextAsync());
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
    }

    private static async Task<HttpResponseMessage> BookAsync(Site site)
    {
        var form = await site.TextAsync("/crossings/noon");
        var token = form[(form.IndexOf("name=\"token\" value=\"", StringComparison.Ordinal) + 20)..][..32];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(site.Url, "/crossings/noon"))
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("seats", "3"), KeyValuePair.Create("token", token)]),
        };
        return await site.SendAsync(request);
    }
}
