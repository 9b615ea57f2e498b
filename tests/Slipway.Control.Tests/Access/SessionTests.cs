using System.Net;
using System.Text;
using System.Net.Http.Headers;
using Slipway.Control.Access;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Access;

/// <summary>A browser's login: what it is good for, and what no other site can make of it.</summary>
public sealed class SessionTests(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task A_token_is_exchanged_for_a_cookie_that_scripts_cannot_read()
    {
        using var answer = await LogInAsync(_server.Nobody, await _server.NewTokenAsync());
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/", answer.Headers.Location!.OriginalString);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        var browser = Browser(cookie);
        Assert.Contains("Log out", await browser.GetStringAsync("/"));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task A_wrong_token_is_told_and_counted()
    {
        var client = _server.Client(null);
        for (var i = 0; i < FailedLogins.Limit; i++)
        {
            using var answer = await LogInAsync(client, "slipway-wrong");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Contains("data-id=\"wrong_token\"", await answer.Content.ReadAsStringAsync());
        }

        using var limited = await LogInAsync(client, "slipway-wrong");
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
    }

    [Theory]
    [InlineData("/dashboard/apps/blog", "/dashboard/apps/blog")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example/", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("/a\r\nSet-Cookie: x=y", "/")]
    public async Task After_the_login_one_is_where_one_wanted_to_be_on_this_host(string next, string expected)
    {
        using var answer = await LogInAsync(_server.Nobody, await _server.NewTokenAsync(), next);
        Assert.Equal(expected, answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Logging_out_ends_the_session_everywhere()
    {
        var browser = await NewBrowserAsync();
        using (var out_ = await browser.PostAsync("/dashboard/logout", From("http://slipway.localhost:8080"))) Assert.Equal(HttpStatusCode.SeeOther, out_.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/account")).StatusCode);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("http://evil.localhost:8080", null)] // an app on this very server
    [InlineData("http://slipway.localhost:9999", null)]
    [InlineData("null", null)]
    [InlineData("http://slipway.localhost:8080", "same-site")]
    [InlineData("http://slipway.localhost:8080", "cross-site")]
    [InlineData("http://slipway.localhost:8080", "none")]
    public async Task Another_sites_page_changes_nothing(string? origin, string? site)
    {
        var browser = await NewBrowserAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/apps") { Content = new StringContent("""{"name":"forged"}""") };
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("cross_origin", await answer.Content.ReadAsStringAsync());
        Assert.DoesNotContain("forged", await browser.GetStringAsync("/apps"));
    }

    [Fact]
    public async Task Another_sites_page_opens_no_WebSocket()
    {
        var app = await running.NewAppAsync();
        var browser = await NewBrowserAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/slipway/apps/{app}/db/shell");
        request.Headers.Add("Origin", "http://evil.localhost:8080");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Every_route_that_changes_something_refuses_a_session_from_elsewhere()
    {
        var browser = await NewBrowserAsync();
        var tried = 0;
        foreach (var (method, pattern, _, _, _) in Routes.Of(_server).Where(route => route.Method != HttpMethod.Get && route.Method != HttpMethod.Head && !route.Anonymous))
        {
            using var answer = await browser.CallAsync(method, Routes.Fill(pattern, "none"), "{}");
            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {pattern}: {answer.StatusCode}");
            tried++;
        }

        Assert.True(tried > 20, "the walk found too few routes");
    }

    [Fact]
    public async Task The_dashboards_own_pages_may_change_what_their_reader_may()
    {
        var browser = await NewBrowserAsync();
        using var made = await browser.PostAsync("/apps", From("http://slipway.localhost:8080", """{"name":"own-page"}"""));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
    }

    [Fact]
    public async Task Every_page_forbids_what_is_not_its_own()
    {
        var app = await running.NewAppAsync();
        var browser = await NewBrowserAsync();
        foreach (var path in (string[])["/", "/dashboard/login", $"/dashboard/apps/{app}", "/dashboard/apps/none", $"/dashboard/apps/{app}/deploys/none"])
        {
            using var answer = await (path == "/dashboard/login" ? _server.Nobody : browser).GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'", policy);
            Assert.DoesNotContain("unsafe", policy);
            Assert.Contains("frame-ancestors 'none'", policy);
            var page = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("style=", page);
            Assert.DoesNotContain("<style", page);
            Assert.DoesNotContain("onclick=", page);
        }
    }

    [Fact]
    public async Task What_people_call_things_is_text_and_never_markup()
    {
        var app = await running.NewAppAsync();
        await _server.Admin.JsonAsync(HttpMethod.Patch, $"/apps/{app}/config-vars", new { MOTD = "<script>alert(1)</script>" });
        var browser = await NewBrowserAsync();
        Assert.DoesNotContain("<script>alert", await browser.GetStringAsync($"/dashboard/apps/{app}"));
        Assert.DoesNotContain("alert(1)", await browser.GetStringAsync($"/dashboard/apps/{app}")); // nor is a value in the page at all
        using var wrong = await browser.GetAsync("/dashboard/apps/%3Cb%3Eno%3C%2Fb%3E");
        Assert.DoesNotContain("<b>no</b>", await wrong.Content.ReadAsStringAsync());
    }

    private async Task<HttpClient> NewBrowserAsync()
    {
        using var answer = await LogInAsync(_server.Nobody, await _server.NewTokenAsync());
        return Browser(answer.Headers.GetValues("Set-Cookie").Single());
    }

    private HttpClient Browser(string setCookie)
    {
        var client = _server.Client(null);
        client.DefaultRequestHeaders.Add("Cookie", setCookie.Split(';')[0]);
        return client;
    }

    private static Task<HttpResponseMessage> LogInAsync(HttpClient client, string token, string? next = null) =>
        client.PostAsync("/dashboard/login", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token, ["next"] = next ?? "" }));

    private static StringContent From(string origin, string body = "")
    {
        var content = new StringContent(body, Encoding.UTF8, "application/json");
        Assert.True(content.Headers.TryAddWithoutValidation("Origin", origin));
        return content;
    }
}
