using System.Net;
using Slipway.Control.Access;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Access;

/// <summary>Asks every route that slipwayd has, as everyone who might: a new route is in here without being listed.</summary>
public sealed class RouteWalk(RunningServer running) : IClassFixture<RunningServer>
{
    /// <summary>Open to all: says nothing, or takes an address that is its own permission.</summary>
    private static readonly string[] Public =
    [
        "/health", "/", "/slipway/uploads/{token}", "/slipway/streams/{token}", "/slipway/backups/{token}", "/slipway/webhooks/{webhook}", "/auth", "/auth/cli/{login}", "/slipway/openapi.json", "/slipway/reference",
        "/dashboard/login", "/dashboard/logout", "/dashboard/assets/{version}/{file}", "/button.svg",
    ];

    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task Nobody_gets_past_the_public_routes()
    {
        var app = await running.NewAppAsync();
        foreach (var (method, pattern, _, isAnonymous, isPage) in Routes.Of(_server))
        {
            var isPublic = Public.Contains(pattern);
            Assert.True(isPublic == isAnonymous, $"{method} {pattern} is open to all, and not listed as such");
            foreach (var client in (HttpClient[])[_server.Nobody, _server.Client("slipway-wrong")])
            {
                using var answer = await client.CallAsync(method, Routes.Fill(pattern, app));
                if (isPage)
                {
                    var text = await answer.Content.ReadAsStringAsync();
                    Assert.DoesNotContain(app, text);
                    if (!isPublic) IsSentAway(answer, $"{method} {pattern}");
                    continue;
                }

                var expected = !isPublic
                    ? client == _server.Nobody ? [HttpStatusCode.Unauthorized] : new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests }
                    : pattern.Contains('{') ? [HttpStatusCode.NotFound] : [HttpStatusCode.OK, HttpStatusCode.Created];
                Assert.True(expected.Contains(answer.StatusCode), $"{method} {pattern} as nobody: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task A_member_does_not_see_the_apps_of_others_anywhere()
    {
        var app = await running.NewAppAsync();
        var id = (await _server.Admin.GetJsonAsync($"/apps/{app}")).GetProperty("id").GetString()!;
        var stranger = await _server.NewMemberAsync("stranger@example.org");
        var tried = 0;
        foreach (var (method, pattern, _, _, isPage) in Routes.Of(_server).Where(route => route.Pattern.Contains("{app}")))
        {
            foreach (var named in (string[])[app, id])
            {
                tried++;
                if (isPage)
                {
                    using var answer = await stranger.CallAsync(method, Routes.Fill(pattern, named), "{}");
                    Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {pattern}: {answer.StatusCode}");
                    continue;
                }

                await stranger.FailsAsync(method, Routes.Fill(pattern, named), "{}", HttpStatusCode.NotFound, "not_found");
            }
        }

        Assert.True(tried > 40, "the walk found too few routes");
        Assert.Equal(0, (await stranger.GetJsonAsync("/apps")).GetArrayLength());
        Assert.DoesNotContain($"\"app {app}\"", await stranger.GetStringAsync("/slipway/events"));
        Assert.Equal(app, (await _server.Admin.GetJsonAsync($"/apps/{app}")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task What_is_for_admins_is_for_admins()
    {
        var app = await running.NewAppAsync();
        var member = await _server.NewMemberAsync("member@example.org");
        var adminOnly = Routes.Of(_server).Where(route => route.AdminOnly).ToList();
        Assert.True(adminOnly.Count >= 4);
        foreach (var (method, pattern, _, _, _) in adminOnly)
            await member.FailsAsync(method, Routes.Fill(pattern, app), "{}", HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Owner_and_admin_may_ask_everything_of_an_app()
    {
        var member = await _server.NewMemberAsync("owner@example.org");
        await member.JsonAsync(HttpMethod.Post, "/apps", new { name = "mine" });
        foreach (var client in (HttpClient[])[member, _server.Admin])
        {
            foreach (var (method, pattern, _, _, _) in Routes.Of(_server).Where(route => route.Pattern.Contains("{app}") && route.Method != HttpMethod.Delete))
            {
                using var answer = await client.CallAsync(method, Routes.Fill(pattern, "mine"), "{}");
                var text = await answer.Content.ReadAsStringAsync();
                // WebDAV's word for 'not a whole tree at once', which nobody may ask for.
                var isRefused = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && !text.Contains("propfind-finite-depth", StringComparison.Ordinal);
                Assert.False(isRefused, $"{method} {pattern}: {text}");
                Assert.DoesNotContain("no app 'mine'", text);
                Assert.DoesNotContain("internal_error", text);
            }
        }
    }

    [Fact]
    public async Task A_member_without_an_account_any_more_is_nobody()
    {
        var member = await _server.NewMemberAsync("gone@example.org");
        await member.JsonAsync(HttpMethod.Post, "/apps", new { name = "hers" });
        await _server.Admin.JsonAsync(HttpMethod.Delete, "/slipway/accounts/gone@example.org");
        await member.FailsAsync(HttpMethod.Get, "/account", null, HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task Wrong_tokens_are_counted_and_valid_ones_let_in_all_the_same()
    {
        var wrong = _server.Client("slipway-wrong");
        for (var i = 0; i < FailedLogins.Limit; i++) await wrong.FailsAsync(HttpMethod.Get, "/account", null, HttpStatusCode.Unauthorized, "unauthorized");
        await wrong.FailsAsync(HttpMethod.Get, "/account", null, HttpStatusCode.TooManyRequests, "rate_limit");
        await _server.Admin.GetJsonAsync("/account");
    }

    [Fact]
    public async Task What_nobody_sees_says_nothing_of_the_apps()
    {
        var app = await running.NewAppAsync();
        Assert.Equal("ok\n", await _server.Nobody.GetStringAsync("/health"));
        var home = await _server.Nobody.GetStringAsync("/");
        Assert.Contains("slipway login", home);
        Assert.DoesNotContain(app, home);
    }

    /// <summary>A browser to the login, a file manager to its own.</summary>
    private static void IsSentAway(HttpResponseMessage answer, string route)
    {
        var isToLogin = answer.StatusCode == HttpStatusCode.SeeOther && answer.Headers.Location!.OriginalString.StartsWith("/dashboard/login?next=", StringComparison.Ordinal);
        Assert.True(isToLogin || answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, $"{route} as nobody: {answer.StatusCode}");
    }
}
