using System.Net;
using System.Text.RegularExpressions;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

public sealed partial class DeployStories(Platform platform)
{
    [Fact]
    public async Task A_bare_startproject_lives_a_whole_life_unmodified()
    {
        using var folder = Folder.Empty("bareproject");
        await folder.StartprojectAsync("bareproject");
        await new Lifecycle(platform, folder, "bareproject",
            async (site, cli) =>
            {
                await Admin.ShowUserAsync(site, cli, "bareproject");
                await TakeSettingBackAsync(cli, "bareproject");
            },
            project =>
            {
                project.Write("bareproject/views.py", "from django.http import HttpResponse\n\ndef hello(request):\n    return HttpResponse('second release')\n");
                project.Replace("bareproject/urls.py", "urlpatterns = [", "from . import views\n\nurlpatterns = [\n    path('', views.hello),");
            },
            "/", "second release").RunAsync();
    }

    [Fact]
    public async Task A_site_that_nobody_here_wrote_lives_a_whole_life_unmodified()
    {
        const string app = "wims-lti";
        using var folder = await Folder.DebianSiteAsync();
        await new Lifecycle(platform, folder, app,
            (site, cli) => Admin.ShowUserAsync(site, cli, app),
            project => project.Replace("lti_app/templates/lti_app/base.html", "<title>WIMS - LTI</title>", "<title>the second release</title>"),
            "/", "the second release").RunAsync();
    }

    [Fact]
    public async Task The_sample_keeps_what_visitors_wrote_and_uploaded()
    {
        const string app = "boatyard-story";
        using var folder = await Folder.CopyOfSampleAsync("django");
        await new Lifecycle(platform, folder, app, LeaveSomethingAsync, AddWord, "/", "the second release").RunAsync();

        static async Task LeaveSomethingAsync(Site site, Cli cli)
        {
            Assert.Contains("Petrel", await site.TextAsync(), StringComparison.Ordinal);
            byte[] photo = [0x89, .. "PNG\r\n"u8, 0x1a, .. "\nwhatever follows"u8];
            using (var sent = await site.UploadAsync("/boats/new/", "photo", "dory.png", photo,
                ("name", "Dory"), ("kind", "rowing"), ("built", "2001"), ("length", "3.5"), ("story", "Came in on a trailer.")))
                Assert.Equal(HttpStatusCode.Found, sent.StatusCode);

            // A new release runs in other containers: row and file are there all the same.
            (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
            var page = await site.TextAsync();
            Assert.Contains("Dory", page, StringComparison.Ordinal);
            var url = PhotoUrl().Match(page);
            Assert.True(url.Success, page);
            using var answer = await site.GetAsync(url.Groups[1].Value);
            Assert.Equal(photo, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }

        static void AddWord(Folder project) =>
            project.Replace("boats/templates/boats/list.html", "On the slip this season", "On the slip: the second release");
    }

    /// <summary>As docs/django-settings.md says; the list shows what runs now, not what a build saw.</summary>
    private static async Task TakeSettingBackAsync(Cli cli, string app)
    {
        Assert.Contains("Slipway", (await cli.RunAsync("settings", "LOGGING", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
        (await cli.RunAsync("config", "set", "SLIPWAY_SETTINGS_KEEP=LOGGING", "--app", app)).MustSucceed();
        Assert.Contains("Django", (await cli.RunAsync("settings", "LOGGING", "--app", app)).MustSucceed().Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("""src="([^"]*dory[^"]*)""")]
    private static partial Regex PhotoUrl();
}
