using System.Text.Json;
using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Heroku;

/// <summary>Who may do what, with Heroku's client: members of an app, tokens for one purpose, keys.</summary>
public sealed class PeopleStories(Platform platform) : IAsyncLifetime
{
    private const string App = "crew-list";
    private const string Grace = "grace@example.org";

    private HerokuClient _heroku = null!;
    private HerokuClient _hers = null!;

    public async ValueTask InitializeAsync()
    {
        _heroku = await HerokuClient.OfAdminAsync(platform);
        (await platform.Cli.RunAsync("create", App)).MustSucceed();
        var added = (await platform.Cli.RunAsync("accounts", "add", Grace, "--json")).MustSucceed();
        _hers = _heroku with { Token = JsonDocument.Parse(added.Output).RootElement.GetProperty("token").GetString()! };
    }

    public async ValueTask DisposeAsync()
    {
        await platform.Cli.RunAsync("destroy", "--app", App, "--confirm", App);
        await platform.Cli.RunAsync("accounts", "remove", Grace);
    }

    [Fact]
    [Heroku("access", "access:add", "access:remove", "auth:whoami", "auth:token", "authorizations", "authorizations:create", "authorizations:info", "authorizations:update", "authorizations:rotate", "authorizations:revoke", "keys", "keys:add", "keys:remove", "keys:clear", "apps:transfer")]
    public async Task Somebody_joins_gets_tokens_and_keys_and_leaves()
    {
        Assert.Contains(Grace, await _hers.SaidAsync("auth:whoami"), StringComparison.Ordinal);
        Assert.Equal(_hers.Token, (await _hers.OutputAsync("auth:token")).Trim());
        Assert.NotEqual(0, (await _hers.RunAsync("info", "--app", App)).ExitCode);
        await _heroku.SaidAsync("access:add", Grace, "--app", App);
        Assert.Matches($@"{Grace}\s+collaborator", await _heroku.OutputAsync("access", "--app", App));
        Assert.Contains(App, await _hers.OutputAsync("info", "--app", App), StringComparison.Ordinal);

        // A token that may read and do nothing else.
        var made = JsonDocument.Parse(await _hers.OutputAsync("authorizations:create", "--description", "lookout", "--scope", "read", "--expires-in", "3600", "--json")).RootElement;
        var (id, token) = (made.GetProperty("id").GetString()!, made.GetProperty("access_token").GetProperty("token").GetString()!);
        var reader = _heroku with { Token = token };
        Assert.Contains(App, await reader.OutputAsync("info", "--app", App), StringComparison.Ordinal);
        Assert.NotEqual(0, (await reader.RunAsync("config:set", "A=b", "--app", App)).ExitCode);
        Assert.Contains("lookout", await _hers.OutputAsync("authorizations"), StringComparison.Ordinal);
        await _hers.SaidAsync("authorizations:update", id, "--description", "crow's nest");
        Assert.Contains("crow's nest", await _hers.OutputAsync("authorizations:info", id), StringComparison.Ordinal);
        var rotated = await _hers.SaidAsync("authorizations:rotate", id);
        Assert.DoesNotContain(token, rotated, StringComparison.Ordinal);
        Assert.NotEqual(0, (await reader.RunAsync("info", "--app", App)).ExitCode);
        await _hers.SaidAsync("authorizations:revoke", id);
        Assert.DoesNotContain("crow's nest", await _hers.OutputAsync("authorizations"), StringComparison.Ordinal);

        var key = Path.Combine(_heroku.Home, "id_story");
        (await Run.ProgramAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "grace@laptop", "-f", key])).MustSucceed();
        await _hers.SaidAsync("keys:add", key + ".pub", "--yes");
        Assert.Contains("grace@laptop", await _hers.OutputAsync("keys"), StringComparison.Ordinal);
        Assert.NotEqual(0, (await _hers.RunAsync("keys:add", key + ".pub", "--yes")).ExitCode);
        await _hers.SaidAsync("keys:remove", "grace@laptop");
        Assert.Contains("no SSH keys", await _hers.SaidAsync("keys"), StringComparison.Ordinal);
        await _hers.SaidAsync("keys:add", key + ".pub", "--yes");
        await _hers.SaidAsync("keys:clear");
        Assert.Contains("no SSH keys", await _hers.SaidAsync("keys"), StringComparison.Ordinal);
        File.Delete(key);
        File.Delete(key + ".pub");

        await _heroku.SaidAsync("apps:transfer", Grace, "--app", App);
        Assert.NotEqual(0, (await _hers.RunAsync("destroy", "--app", App, "--confirm", App)).ExitCode); // not before she took it
        await _heroku.SaidAsync("access:remove", Grace, "--app", App);
        Assert.NotEqual(0, (await _hers.RunAsync("info", "--app", App)).ExitCode);
    }
}
