using System.Net;
using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Sites;

/// <summary>Django's own admin: every project of <c>startproject</c> has it, and its pages come from the database.</summary>
internal static class Admin
{
    private const string Password = "a-long-enough-Pass-phrase-7";

    public static async Task ShowUserAsync(Site site, Cli cli, string app, string prefix = "/admin/")
    {
        (await cli.RunAsync("run", "--app", app, "--env", "DJANGO_SUPERUSER_PASSWORD=" + Password, "--",
            "python", "manage.py", "createsuperuser", "--noinput", "--username", "ada", "--email", "ada@example.org")).MustSucceed();
        using (var login = await site.SendFormAsync(prefix + "login/", ("username", "ada"), ("password", Password), ("next", prefix)))
            Assert.Equal(HttpStatusCode.Found, login.StatusCode);
        Assert.Contains("ada@example.org", await site.TextAsync(prefix + "auth/user/"), StringComparison.Ordinal);

        // Its own files come from the edge, with what a browser needs to keep them.
        using var style = await site.GetAsync("/static/admin/css/base.css");
        Assert.Equal(HttpStatusCode.OK, style.StatusCode);
        Assert.Equal("text/css", style.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(style.Headers.ETag);
    }
}
