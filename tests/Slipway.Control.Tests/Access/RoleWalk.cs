using System.Net;
using Slipway.Control.Access;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Access;

/// <summary>Asks every route as everyone who may do some things and not others: collaborators, members of teams, tokens for one purpose.</summary>
public sealed class RoleWalk(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly Slipwayd _server = running.Slipwayd;

    [Theory]
    [InlineData("view")]
    [InlineData("deploy")]
    [InlineData("operate")]
    [InlineData("manage")]
    public async Task A_collaborator_may_do_what_was_given_and_nothing_else(string given)
    {
        var app = await running.NewAppAsync();
        var client = await _server.NewMemberAsync($"{given}@example.org");
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{app}/collaborators", new { user = $"{given}@example.org", permissions = new[] { given } });
        var has = AppPermission.View | AppAccess.Names.Single(one => one.Name == given).Permission;
        await WalkAsync(client, app, has);
    }

    [Theory]
    [InlineData("admin", false, "All")]
    [InlineData("admin", true, "All")]
    [InlineData("member", false, "View")]
    [InlineData("member", true, "0")]
    [InlineData("viewer", false, "View")]
    [InlineData("collaborator", false, "0")]
    public async Task A_role_in_the_team_is_worth_what_it_says(string role, bool isLocked, string has)
    {
        var (team, app, email) = ("team-" + running.NewName(), running.NewName(), $"{role}-{isLocked}@example.org".ToLowerInvariant());
        await _server.Admin.JsonAsync(HttpMethod.Post, "/teams", new { name = team });
        await _server.Admin.JsonAsync(HttpMethod.Post, "/teams/apps", new { name = app, team, locked = isLocked });
        var client = await _server.NewMemberAsync(email);
        await _server.Admin.JsonAsync(HttpMethod.Put, $"/teams/{team}/members", new { email, role });
        await WalkAsync(client, app, Enum.Parse<AppPermission>(has));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("read")]
    [InlineData("write")]
    [InlineData("read-protected")]
    [InlineData("write-protected")]
    public async Task A_token_may_be_used_for_its_scope_and_nothing_else(string scope)
    {
        var app = await running.NewAppAsync();
        var made = await _server.Admin.JsonAsync(HttpMethod.Post, "/oauth/authorizations", new { scope = new[] { scope } });
        var client = _server.Client(made.GetProperty("access_token").GetProperty("token").GetString());
        foreach (var route in Routes.Of(_server).Where(route => !route.Anonymous && route.Method != HttpMethod.Delete))
        {
            // WebSockets count as changes, and so do WebDAV's methods; both are asked as what they are.
            var isRead = route.Method.Method is "GET" or "HEAD" or "PROPFIND";
            var isAllowed = Scopes.Allow([scope], route.Area, isRead);
            using var answer = await client.CallAsync(route.Method, Routes.Fill(route.Pattern, app), "{}");
            var text = await answer.Content.ReadAsStringAsync();
            var isRefused = answer.StatusCode == HttpStatusCode.Forbidden && (text.Contains("Your token may not be used for that", StringComparison.Ordinal) || route.Method == HttpMethod.Head);
            Assert.True(isAllowed != isRefused, $"{route.Method} {route.Pattern} with {scope}: {(int)answer.StatusCode} {text}");
        }
    }

    [Fact]
    public async Task What_scopes_mean_is_Herokus()
    {
        var app = await running.NewAppAsync();
        async Task<HttpStatusCode> AskAsync(string scope, HttpMethod method, string path)
        {
            var made = await _server.Admin.JsonAsync(HttpMethod.Post, "/oauth/authorizations", new { scope = new[] { scope } });
            using var answer = await _server.Client(made.GetProperty("access_token").GetProperty("token").GetString()).CallAsync(method, path, "{}");
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync("identity", HttpMethod.Get, "/account"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("identity", HttpMethod.Get, "/apps"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("read", HttpMethod.Get, "/apps"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("read", HttpMethod.Get, $"/apps/{app}/config-vars"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("read", HttpMethod.Patch, $"/apps/{app}"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("read-protected", HttpMethod.Get, $"/apps/{app}/config-vars"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("write", HttpMethod.Patch, $"/apps/{app}"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("write", HttpMethod.Patch, $"/apps/{app}/config-vars"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("write", HttpMethod.Post, $"/apps/{app}/dynos/web.1")); // who runs a command reads the config vars
        Assert.Equal(HttpStatusCode.OK, await AskAsync("write-protected", HttpMethod.Patch, $"/apps/{app}/config-vars"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("write-protected", HttpMethod.Post, "/oauth/authorizations"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync("write-protected", HttpMethod.Get, "/slipway/accounts"));
    }

    [Fact]
    public async Task An_offer_of_an_app_holds_no_longer_than_the_right_to_make_it()
    {
        var app = await running.NewAppAsync();
        var manager = await _server.NewMemberAsync($"manager-{app}@example.org");
        var friend = await _server.NewMemberAsync($"friend-{app}@example.org");
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{app}/collaborators", new { user = $"manager-{app}@example.org", permissions = new[] { "manage" } });
        var offer = await manager.JsonAsync(HttpMethod.Post, "/account/app-transfers", new { app, recipient = $"friend-{app}@example.org" });
        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/apps/{app}/collaborators/manager-{app}@example.org");
        await friend.FailsAsync(HttpMethod.Patch, "/account/app-transfers/" + offer.GetProperty("id").GetString(), new { state = "accepted" }, HttpStatusCode.UnprocessableEntity, "transfer_void");
        await friend.FailsAsync(HttpMethod.Get, $"/apps/{app}", null, HttpStatusCode.NotFound, "not_found");
    }

    private async Task WalkAsync(HttpClient client, string app, AppPermission has)
    {
        var tried = 0;
        foreach (var route in Routes.Of(_server).Where(route => route.Pattern.Contains("{app}")))
        {
            var isAllowed = (has & route.Permission) == route.Permission;
            if (isAllowed && route.Method == HttpMethod.Delete) continue; // it would be gone
            tried++;
            using var answer = await client.CallAsync(route.Method, Routes.Fill(route.Pattern, app), "{}");
            var text = await answer.Content.ReadAsStringAsync();
            if (!has.HasFlag(AppPermission.View))
            {
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{route.Method} {route.Pattern} by one who may not see the app: {(int)answer.StatusCode} {text}");
                continue;
            }

            var isRefused = answer.StatusCode == HttpStatusCode.Forbidden && (text.Contains($"You may not do that with {app}", StringComparison.Ordinal) || route.Page);
            if (route.Page && isAllowed) continue; // file managers have refusals of their own
            Assert.True(isAllowed != isRefused, $"{route.Method} {route.Pattern} with {has}: {(int)answer.StatusCode} {text}");
        }

        Assert.True(tried > 40);
    }
}
