using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Control.Tests.Remotes;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Setups;

/// <summary>Setups as far as nothing needs to be built; the rest is a story of a whole server.</summary>
public sealed class SetupStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Good = """{"name": "Small Tool", "env": {"KEY": {"generator": "secret"}, "WHO": {"description": "Who <b>sends</b>"}, "MOTTO": {"value": "a \"b\" & c", "required": false}}, "formation": {"worker": {"quantity": 3}}}""";

    private readonly Slipwayd _server = running.Slipwayd;

    public async ValueTask InitializeAsync() =>
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = "allow" });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_is_wrong_with_the_file_is_told_whole_and_the_name_is_free_again()
    {
        var name = running.NewName();
        await using var forge = await ForgeAsync("{\n \"env\": {\"1\": \"x\"},\n \"addons\": {}\n}");
        var setup = await EndAsync(await SetUpAsync(forge, name));
        Assert.Equal("failed", setup.GetProperty("status").GetString());
        Assert.Equal(2, setup.GetProperty("manifest_errors").GetArrayLength());
        Assert.StartsWith("app.json:2: env.1 '1' cannot be the name of a config var", setup.GetProperty("manifest_errors")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("preflight_failed", setup.GetProperty("error").GetProperty("id").GetString());
        Assert.Equal(0, setup.GetProperty("created").GetArrayLength());
        Assert.True((await _server.Admin.GetJsonAsync($"/slipway/names/{name}")).GetProperty("available").GetBoolean());
        Assert.Equal("failed", (await EndAsync(await SetUpAsync(forge, name))).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_value_that_nobody_gave_is_asked_for()
    {
        await using var forge = await ForgeAsync(Good);
        var setup = await EndAsync(await SetUpAsync(forge, running.NewName()));
        Assert.Equal("env_missing", setup.GetProperty("error").GetProperty("id").GetString());
        Assert.Contains("env.WHO needs a value", setup.GetProperty("manifest_errors")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("--env WHO=VALUE", setup.GetProperty("failure_message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_made_before_it_failed_stays_and_is_listed()
    {
        var name = running.NewName();
        await using var forge = await ForgeAsync(Good);
        var setup = await EndAsync(await SetUpAsync(forge, name, new { WHO = "ada" }));
        Assert.Equal("failed", setup.GetProperty("status").GetString()); // nothing can be built here
        Assert.Equal([$"app {name}", "config vars KEY, MOTTO, WHO"], setup.GetProperty("created").EnumerateArray().Select(one => one.GetString()!));
        Assert.Contains($"What was made stays: app {name}; config vars KEY, MOTTO, WHO.", setup.GetProperty("failure_message").GetString(), StringComparison.Ordinal);
        Assert.Equal("failed", setup.GetProperty("build").GetProperty("status").GetString());
        var config = await _server.Admin.GetJsonAsync($"/apps/{name}/config-vars");
        Assert.Equal(("ada", "a \"b\" & c"), (config.GetProperty("WHO").GetString(), config.GetProperty("MOTTO").GetString()));
        await using var store = _server.Store();
        var row = await store.Setups.AsNoTracking().SingleAsync(row => row.AppName == name, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("ada", JsonSerializer.Serialize(row), StringComparison.Ordinal);
        Assert.Equal(3, (await store.Formations.SingleAsync(one => one.ProcessType == "worker" && one.AppId == row.AppId, TestContext.Current.CancellationToken)).Quantity);

        // Renamed, it is called so wherever its setup is shown.
        var renamed = running.NewName();
        await _server.Admin.JsonAsync(HttpMethod.Patch, $"/apps/{name}", new { name = renamed });
        var listed = (await _server.Admin.GetJsonAsync("/slipway/setups")).EnumerateArray().Single(one => one.GetProperty("id").GetString() == setup.GetProperty("id").GetString());
        Assert.Equal((renamed, $"app {renamed}"), (listed.GetProperty("app").GetProperty("name").GetString(), listed.GetProperty("created")[0].GetString()));
        var page = await _server.Admin.GetStringAsync($"/dashboard/setups/{row.Uuid}", TestContext.Current.CancellationToken);
        Assert.Contains($"<h1>{renamed}</h1>", page, StringComparison.Ordinal);
        Assert.Contains($"/dashboard/apps/{renamed}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"{name}<", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_requests_make_nothing()
    {
        await using var forge = await ForgeAsync(Good);
        var url = forge.Url + "/tool.tar.gz";
        await FailsAsync(new { }, "source_url_invalid");
        await FailsAsync(new { source_blob = new { url = "file:///etc/passwd" } }, "source_url_invalid");
        await FailsAsync(new { source_blob = new { url }, app = new { name = "No Name" } }, "invalid_app_name");
        await FailsAsync(new { source_blob = new { url }, app = new { name = "slipway-x" } }, "reserved_app_name");
        await FailsAsync(new { source_blob = new { url }, overrides = new { env = new Dictionary<string, string> { ["a b"] = "x" } } }, "invalid_config_key");
        await FailsAsync(new { source_blob = new { url }, overrides = new { env = new Dictionary<string, string> { ["PORT"] = "80" } } }, "reserved_config_key");
        await FailsAsync(new { source_blob = new { url }, overrides = new { buildpacks = new[] { new { url = "x" } } } }, "buildpacks_not_overridable");
        await FailsAsync(new { source_blob = new { url = "http://slipway.localhost:8080/slipway/templates/forged" } }, "template_expired");
        await _server.Admin.FailsAsync(HttpMethod.Get, "/app-setups/none", null, HttpStatusCode.NotFound, "not_found");
        var taken = await running.NewAppAsync();
        await FailsAsync(new { source_blob = new { url }, app = new { name = taken } }, "name_taken");
        Assert.Equal("name_taken", (await _server.Admin.GetJsonAsync($"/slipway/names/{taken}")).GetProperty("why").GetProperty("id").GetString());

        Task<JsonElement> FailsAsync(object body, string id) => _server.Admin.FailsAsync(HttpMethod.Post, "/app-setups", body, HttpStatusCode.UnprocessableEntity, id);
    }

    [Fact]
    public async Task A_setup_is_its_makers_and_the_admins()
    {
        await using var forge = await ForgeAsync(Good);
        var (one, other) = (await _server.NewMemberAsync("one@setup.example.org"), await _server.NewMemberAsync("other@setup.example.org"));
        var setup = await one.JsonAsync(HttpMethod.Post, "/app-setups", new { source_blob = new { url = forge.Url + "/tool.tar.gz" } });
        var path = $"/app-setups/{setup.GetProperty("id").GetString()}";
        await one.GetJsonAsync(path);
        await _server.Admin.GetJsonAsync(path);
        await other.FailsAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "not_found");
        Assert.Equal(0, (await other.GetJsonAsync("/slipway/setups")).GetArrayLength());
    }

    [Fact]
    public async Task An_environment_that_there_is_not_is_told()
    {
        await using var forge = await ForgeAsync("""{"environments": {"demo": {}}}""");
        var setup = await EndAsync(await _server.Admin.JsonAsync(HttpMethod.Post, "/app-setups", new { source_blob = new { url = forge.Url + "/tool.tar.gz" }, environment = "dmeo" }));
        Assert.Equal("unknown_environment", setup.GetProperty("error").GetProperty("id").GetString());
        Assert.Contains("It has demo.", setup.GetProperty("failure_message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_set_something_up_can_go()
    {
        const string email = "leaving@setup.example.org";
        await using var forge = await ForgeAsync("[]");
        var member = await _server.NewMemberAsync(email);
        var setup = await EndAsync(await member.JsonAsync(HttpMethod.Post, "/app-setups", new { source_blob = new { url = forge.Url + "/tool.tar.gz" } }));
        Assert.Equal("failed", setup.GetProperty("status").GetString());
        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/slipway/accounts/{email}");
    }

    [Fact]
    public async Task A_buttons_page_asks_for_what_the_file_says_and_makes_nothing()
    {
        await using var forge = await ForgeAsync(Good);
        var before = (await _server.Admin.GetJsonAsync("/apps")).GetArrayLength();
        var page = await _server.Admin.GetStringAsync($"/deploy?template={Uri.EscapeDataString(forge.Url + "/tool.tar.gz")}");
        Assert.Contains("<h1>Small Tool</h1>", page, StringComparison.Ordinal);
        Assert.Contains("""name="env.WHO" value="" """.Trim(), page, StringComparison.Ordinal);
        Assert.Contains("Who &lt;b&gt;sends&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.Contains("""value="a &quot;b&quot; &amp; c" """.Trim(), page, StringComparison.Ordinal);
        Assert.DoesNotContain("env.KEY", page, StringComparison.Ordinal);
        Assert.Contains("Secrets, made new: KEY", page, StringComparison.Ordinal);
        Assert.Equal(before, (await _server.Admin.GetJsonAsync("/apps")).GetArrayLength());

        // What was looked at is what is deployed, also when the address answers no longer.
        var source = page[(page.IndexOf("name=\"source\" value=\"", StringComparison.Ordinal) + 21)..].Split('"')[0];
        await forge.DisposeAsync();
        var setup = await EndAsync(await _server.Admin.JsonAsync(HttpMethod.Post, "/app-setups", new { source_blob = new { url = source }, overrides = new { env = new { WHO = "ada" } } }));
        Assert.NotEqual("source_unreachable", setup.GetProperty("error").GetProperty("id").GetString());
        Assert.Contains(setup.GetProperty("created").EnumerateArray(), one => one.GetString()!.StartsWith("config vars", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_broken_file_has_a_page_and_no_form()
    {
        await using var forge = await ForgeAsync("""{"env": 5}""");
        var page = await _server.Admin.GetStringAsync($"/deploy?template={Uri.EscapeDataString(forge.Url + "/tool.tar.gz")}");
        Assert.Contains("env is not an object", page, StringComparison.Ordinal);
        Assert.DoesNotContain("data-shape", page, StringComparison.Ordinal);
        Assert.Contains("name=\"template\"", await _server.Admin.GetStringAsync("/deploy"), StringComparison.Ordinal);
        using var bad = await _server.Admin.GetAsync("/deploy?template=file:///etc/passwd");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bad.StatusCode);
    }

    [Fact]
    public async Task No_other_page_can_have_a_source_fetched_unseen()
    {
        await using var forge = await ForgeAsync(Good);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/deploy?template={Uri.EscapeDataString(forge.Url + "/tool.tar.gz")}");
        request.Headers.Add("Sec-Fetch-Dest", "image");
        using var answer = await _server.Admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        using var picture = await _server.Nobody.GetAsync("/button.svg");
        Assert.Equal("image/svg+xml", picture.Content.Headers.ContentType!.MediaType);
    }

    private async Task<JsonElement> SetUpAsync(LocalForge forge, string name, object? env = null) =>
        await _server.Admin.JsonAsync(HttpMethod.Post, "/app-setups", new { source_blob = new { url = forge.Url + "/tool.tar.gz" }, app = new { name }, overrides = new { env } });

    private async Task<JsonElement> EndAsync(JsonElement setup)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            var now = await _server.Admin.GetJsonAsync($"/app-setups/{setup.GetProperty("id").GetString()}");
            if (now.GetProperty("status").GetString() != "pending") return now;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        throw new InvalidOperationException("The setup does not end.");
    }

    private static Task<LocalForge> ForgeAsync(string json)
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
            foreach (var (file, text) in new[] { ("tool-1f2/app.json", json), ("tool-1f2/Procfile", "web: true\nworker: true\n") })
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        return LocalForge.StartAsync(new Dictionary<string, (string, byte[])> { ["/tool.tar.gz"] = ("application/gzip", content.ToArray()) });
    }
}
