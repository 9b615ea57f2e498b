using System.Net;
using System.Text;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Api;

public sealed class ConfigVarStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly Slipwayd _server = running.Slipwayd;
    private string _app = "";

    private string Vars => $"/apps/{_app}/config-vars";

    public async ValueTask InitializeAsync() => _app = await running.NewAppAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_change_makes_a_release_and_names_its_deploy()
    {
        using var answer = await _server.Admin.CallAsync(HttpMethod.Patch, Vars, new { COLOR = "blue", EMPTY = "" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var deploy = answer.Headers.GetValues("Slipway-Deploy").Single();

        // Followed from the first event to the last, whenever one comes.
        var lines = (await _server.Admin.GetStringAsync($"/slipway/apps/{_app}/deploys/{deploy}/events")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\"kind\":\"succeeded\"", lines[^1]);
        var again = (await _server.Admin.GetStringAsync($"/slipway/apps/{_app}/deploys/{deploy}/events")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines, again);

        var vars = await _server.Admin.GetJsonAsync(Vars);
        Assert.Equal("blue", vars.GetProperty("COLOR").GetString());
        Assert.Equal("", vars.GetProperty("EMPTY").GetString());
        Assert.Equal(1, (await _server.Admin.GetJsonAsync($"/apps/{_app}/releases")).GetArrayLength());

        vars = await _server.Admin.JsonAsync(HttpMethod.Patch, Vars, new Dictionary<string, string?> { ["COLOR"] = null });
        Assert.False(vars.TryGetProperty("COLOR", out _));
    }

    [Fact]
    public async Task Setting_what_is_set_already_makes_no_release()
    {
        await _server.Admin.JsonAsync(HttpMethod.Patch, Vars, new { COLOR = "blue" });
        using var answer = await _server.Admin.CallAsync(HttpMethod.Patch, Vars, new { COLOR = "blue" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Slipway-Deploy"));
        Assert.Equal(1, (await _server.Admin.GetJsonAsync($"/apps/{_app}/releases")).GetArrayLength());
    }

    [Theory]
    [InlineData("A-B", "x", "invalid_config_key")]
    [InlineData("1A", "x", "invalid_config_key")]
    [InlineData("A B", "x", "invalid_config_key")]
    [InlineData("", "x", "invalid_config_key")]
    [InlineData("PORT", "80", "reserved_config_key")]
    [InlineData("SLIPWAY_APP", "x", "reserved_config_key")]
    [InlineData("A", "x\0y", "invalid_config_value")]
    public async Task Bad_vars_are_refused_whole(string key, string value, string id)
    {
        await _server.Admin.FailsAsync(HttpMethod.Patch, Vars, new Dictionary<string, string> { ["GOOD"] = "1", [key] = value }, HttpStatusCode.UnprocessableEntity, id);
        Assert.Empty((await _server.Admin.GetJsonAsync(Vars)).EnumerateObject());
    }

    [Fact]
    public async Task What_of_Slipways_own_is_for_people_to_choose_can_be_set() =>
        Assert.Equal("LOGGING", (await _server.Admin.JsonAsync(HttpMethod.Patch, Vars, new { SLIPWAY_SETTINGS_KEEP = "LOGGING" })).GetProperty("SLIPWAY_SETTINGS_KEEP").GetString());

    [Fact]
    public async Task A_value_is_nowhere_in_clear_but_in_the_answer()
    {
        const string secret = "correct-horse-battery-staple";
        await _server.Admin.JsonAsync(HttpMethod.Patch, Vars, new { PASSWORD = secret });
        Assert.Equal(secret, (await _server.Admin.GetJsonAsync(Vars)).GetProperty("PASSWORD").GetString());

        var events = await _server.Admin.GetStringAsync($"/slipway/apps/{_app}/events");
        Assert.Contains("PASSWORD=••••le", events);
        Assert.DoesNotContain(secret, events);
        Assert.DoesNotContain(secret, _server.Log);
        var token = _server.Admin.DefaultRequestHeaders.Authorization!.Parameter!;
        foreach (var file in Directory.EnumerateFiles(_server.Folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) is ".sock" || Path.GetFileName(file) is "lock") continue;
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            Assert.True(copy.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"{file} holds the value in clear");
            Assert.True(copy.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(token)) < 0, $"{file} holds the admin's token in clear");
        }
    }
}
