using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Slipway.Control.Access;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Access;

/// <summary>How a program gets a token: by password, by a browser, by another token.</summary>
public sealed class LoginStories(RunningServer running) : IClassFixture<RunningServer>
{
    private const string Password = "correct horse battery";

    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task A_password_gets_a_token_and_nothing_else()
    {
        var ada = await _server.NewMemberAsync("ada@example.org");
        await ada.FailsAsync(HttpMethod.Put, "/slipway/account/password", new { password = "short" }, HttpStatusCode.UnprocessableEntity, "invalid_password");
        await ada.JsonAsync(HttpMethod.Put, "/slipway/account/password", new { password = Password });

        var byPassword = Basic("Ada@Example.org", Password);
        var made = await byPassword.JsonAsync(HttpMethod.Post, "/oauth/authorizations", new { description = "laptop", scope = new[] { "global" }, expires_in = 3600 });
        var token = made.GetProperty("access_token").GetProperty("token").GetString()!;
        Assert.Equal("ada@example.org", made.GetProperty("user").GetProperty("email").GetString());
        Assert.InRange(made.GetProperty("access_token").GetProperty("expires_in").GetInt64(), 3500, 3600);
        Assert.Equal("ada@example.org", (await _server.Client(token).GetJsonAsync("/account")).GetProperty("email").GetString());

        // Anywhere else it is a wrong token.
        await byPassword.FailsAsync(HttpMethod.Get, "/account", null, HttpStatusCode.Unauthorized, "unauthorized");
        await Basic("ada@example.org", "wrong horse battery").FailsAsync(HttpMethod.Post, "/oauth/authorizations", new { }, HttpStatusCode.Unauthorized, "unauthorized");
        await Basic("nobody@example.org", Password).FailsAsync(HttpMethod.Post, "/oauth/authorizations", new { }, HttpStatusCode.Unauthorized, "unauthorized");
        await using var store = _server.Store();
        Assert.DoesNotContain(Password, store.Accounts.Single(row => row.Email == "ada@example.org").PasswordHash);
    }

    [Fact]
    public async Task Who_knows_the_present_password_changes_it_as_on_Heroku()
    {
        const string next = "correct horse battery staple";
        var client = await _server.NewMemberAsync("lovelace@example.org");
        await client.FailsAsync(HttpMethod.Patch, "/account", new { password = "", new_password = next }, HttpStatusCode.UnprocessableEntity, "wrong_password"); // it has none yet
        await client.JsonAsync(HttpMethod.Put, "/slipway/account/password", new { password = Password });
        await client.FailsAsync(HttpMethod.Patch, "/account", new { password = "guessed it is", new_password = next }, HttpStatusCode.UnprocessableEntity, "wrong_password");
        await client.FailsAsync(HttpMethod.Patch, "/account", new { password = Password, new_password = "short" }, HttpStatusCode.UnprocessableEntity, "invalid_password");
        await client.JsonAsync(HttpMethod.Patch, "/account", new { password = Password, new_password = next });
        await Basic("lovelace@example.org", Password).FailsAsync(HttpMethod.Post, "/oauth/authorizations", new { }, HttpStatusCode.Unauthorized, "unauthorized");
        await Basic("lovelace@example.org", next).JsonAsync(HttpMethod.Post, "/oauth/authorizations", new { description = "laptop" });
    }

    [Fact]
    public async Task Guessing_a_password_ends_even_for_the_right_one()
    {
        var ada = await _server.NewMemberAsync("guessed@example.org");
        await ada.JsonAsync(HttpMethod.Put, "/slipway/account/password", new { password = Password });
        for (var i = 0; i <= FailedLogins.Limit; i++)
        {
            using var wrong = await Basic("guessed@example.org", "guess " + i).CallAsync(HttpMethod.Post, "/oauth/authorizations", new { });
            Assert.False(wrong.IsSuccessStatusCode);
        }

        using var right = await Basic("guessed@example.org", Password).CallAsync(HttpMethod.Post, "/oauth/authorizations", new { });
        Assert.False(right.IsSuccessStatusCode);
        await ada.GetJsonAsync("/account"); // her token is not locked out by what others try
    }

    [Fact]
    public async Task A_token_is_shown_once_renewed_and_taken_back()
    {
        var ada = await _server.NewMemberAsync("tokens@example.org");
        var made = await ada.JsonAsync(HttpMethod.Post, "/oauth/authorizations", new { description = "ci" });
        var (path, token) = ("/oauth/authorizations/" + made.GetProperty("id").GetString(), Token(made));
        var shown = Token(await ada.GetJsonAsync(path));
        Assert.Matches(@"\Aslipway-.{4}\*{10}.{4}\z", shown);
        Assert.StartsWith(shown[..12], token);
        Assert.EndsWith(shown[^4..], token);
        Assert.DoesNotContain(token, await ada.GetStringAsync("/oauth/authorizations"));

        var renewed = Token(await ada.JsonAsync(HttpMethod.Post, path + "/actions/regenerate-tokens", new { }));
        await _server.Client(token).FailsAsync(HttpMethod.Get, "/account", null, HttpStatusCode.Unauthorized, "unauthorized");
        await _server.Client(renewed).GetJsonAsync("/account");

        var stranger = await _server.NewMemberAsync("tokens-stranger@example.org");
        await stranger.FailsAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "not_found");
        await stranger.FailsAsync(HttpMethod.Delete, path, null, HttpStatusCode.NotFound, "not_found");
        await ada.JsonAsync(HttpMethod.Delete, path);
        await _server.Client(renewed).FailsAsync(HttpMethod.Get, "/account", null, HttpStatusCode.Unauthorized, "unauthorized");
        await ada.FailsAsync(HttpMethod.Post, "/oauth/authorizations", new { scope = new[] { "root" } }, HttpStatusCode.UnprocessableEntity, "invalid_scope");
        await ada.FailsAsync(HttpMethod.Post, "/oauth/authorizations", new { expires_in = -1 }, HttpStatusCode.UnprocessableEntity, "invalid_expiry");
    }

    [Fact]
    public async Task What_Herokus_client_asks_at_logout_is_answered_as_it_expects()
    {
        var session = await _server.Admin.FailsAsync(HttpMethod.Delete, "/oauth/sessions/~", null, HttpStatusCode.NotFound, "not_found");
        Assert.Equal("session", session.GetProperty("resource").GetString());
        var authorization = await _server.Admin.FailsAsync(HttpMethod.Get, "/oauth/authorizations/~", null, HttpStatusCode.NotFound, "not_found");
        Assert.Equal("authorization", authorization.GetProperty("resource").GetString());
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("no")]
    public async Task A_program_waits_for_its_users_browser(string answer)
    {
        var begun = await _server.Nobody.JsonAsync(HttpMethod.Post, "/auth", new { description = "Heroku CLI login from <laptop>" });
        var (page, poll) = (begun.GetProperty("browser_url").GetString()!, begun.GetProperty("cli_url").GetString()!);
        await _server.Nobody.FailsAsync(HttpMethod.Get, poll, null, HttpStatusCode.NotFound, "not_found");
        var waiting = _server.Client(begun.GetProperty("token").GetString()).GetStringAsync(poll);

        var browser = await _server.NewMemberAsync($"browser-{answer}@example.org");
        Assert.Contains("Heroku CLI login from &lt;laptop&gt;", await browser.GetStringAsync(page));
        using var said = await browser.PostAsync(page, new FormUrlEncodedContent([KeyValuePair.Create("answer", answer)]));
        Assert.Equal(HttpStatusCode.OK, said.StatusCode);
        var told = JsonDocument.Parse(await waiting).RootElement;
        if (answer == "yes")
            Assert.Equal($"browser-{answer}@example.org", (await _server.Client(told.GetProperty("access_token").GetString()).GetJsonAsync("/account")).GetProperty("email").GetString());
        else
            Assert.NotEmpty(told.GetProperty("error").GetString()!);
        using var again = await browser.GetAsync(page);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    private static string Token(JsonElement authorization) => authorization.GetProperty("access_token").GetProperty("token").GetString()!;

    private HttpClient Basic(string user, string password)
    {
        var client = _server.Client(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return client;
    }
}
