using System.Net;
using System.Text;
using Slipway.Contracts.Routing;
using Slipway.Control.Certificates;
using Slipway.Control.Secrets;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Api;

public sealed class AppStories(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task A_domain_takes_its_automatic_certificate_along()
    {
        var app = await running.NewAppAsync();
        foreach (var host in (string[])["a", "b"]) await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{app}/domains", new { hostname = $"{host}.{app}.example" });
        await using (var store = _server.Store())
        {
            var (id, now) = (store.Apps.Single(row => row.Name == app).Id, DateTimeOffset.UtcNow);
            var authority = OwnAuthority.Create("test", now);
            foreach (var host in (string[])["a", "b"])
            {
                var issued = OwnAuthority.Issue(new CertificateFile(authority.Chain, authority.Key), [$"{host}.{app}.example"], now);
                store.Certificates.Add(CertificateRows.New(CertificateKind.Acme, id, $"{host}-{app}", issued, SecretBox.Load(_server.Config), now));
            }

            await store.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/apps/{app}/domains/a.{app}.example");
        await using var after = _server.Store();
        Assert.Equal([$"b-{app}"], after.Certificates.Where(row => row.Name.EndsWith(app)).Select(row => row.Name));
    }

    [Fact]
    public async Task An_app_is_made_found_by_name_and_id_and_listed()
    {
        var name = running.NewName();
        var made = await _server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name });
        Assert.Equal($"http://{name}.localhost:8080/", made.GetProperty("web_url").GetString());
        Assert.Equal("admin@localhost", made.GetProperty("owner").GetProperty("email").GetString());

        var id = made.GetProperty("id").GetString();
        Assert.Equal(id, (await _server.Admin.GetJsonAsync($"/apps/{name}")).GetProperty("id").GetString());
        Assert.Equal(name, (await _server.Admin.GetJsonAsync($"/apps/{id}")).GetProperty("name").GetString());
        Assert.Contains(name, await NamesAsync());
    }

    [Fact]
    public async Task An_app_without_a_name_gets_one()
    {
        var names = new HashSet<string>();
        for (var i = 0; i < 5; i++) names.Add((await _server.Admin.JsonAsync(HttpMethod.Post, "/apps")).GetProperty("name").GetString()!);
        Assert.Equal(5, names.Count);
        Assert.All(names, name => Assert.Matches(@"\A[a-z]+-[a-z]+-[0-9]{4}\z", name));
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        var name = await running.NewAppAsync();
        await _server.Admin.FailsAsync(HttpMethod.Post, "/apps", new { name }, HttpStatusCode.UnprocessableEntity, "name_taken");
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("a b")]
    [InlineData("Blog")]
    [InlineData("-blog")]
    [InlineData("blog-")]
    [InlineData("b--log")]
    [InlineData("bl")]
    [InlineData("$(reboot)")]
    [InlineData("blog\n")]
    [InlineData("blog\0x")]
    [InlineData("")]
    [InlineData("blög")]
    [InlineData("a123456789012345678901234567890")]
    public async Task A_bad_name_is_refused_and_leaves_nothing(string name)
    {
        await _server.Admin.FailsAsync(HttpMethod.Post, "/apps", new { name }, HttpStatusCode.UnprocessableEntity, "invalid_app_name");
        Assert.DoesNotContain(name, await NamesAsync());
    }

    [Fact]
    public Task A_name_of_Slipways_own_is_refused() =>
        _server.Admin.FailsAsync(HttpMethod.Post, "/apps", new { name = "slipway-x" }, HttpStatusCode.UnprocessableEntity, "reserved_app_name");

    [Theory]
    [InlineData("{", "bad_request")]
    [InlineData("[]", "bad_request")]
    [InlineData("\"x\"", "bad_request")]
    [InlineData("{\"name\":{}}", "bad_request")]
    public Task A_body_that_is_not_the_right_JSON_is_a_bad_request(string body, string id) =>
        _server.Admin.FailsAsync(HttpMethod.Post, "/apps", body, HttpStatusCode.BadRequest, id);

    [Fact]
    public Task A_huge_JSON_body_is_refused() =>
        _server.Admin.FailsAsync(HttpMethod.Post, "/apps", $"{{\"name\":\"{new string('a', 2 << 20)}\"}}", HttpStatusCode.RequestEntityTooLarge, "too_large");

    [Fact]
    public async Task Many_at_once_get_different_user_ids()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = $"many-{i}" })));
        await using var store = _server.Store();
        var uids = store.Apps.Where(app => app.Name.StartsWith("many-")).Select(app => app.Uid).ToList();
        Assert.Equal(20, uids.Distinct().Count());
        Assert.All(uids, uid => Assert.InRange(uid, _server.Config.UidBase + 1000, _server.Config.UidBase + _server.Config.UidCount - 1));
    }

    [Fact]
    public async Task Domains_are_checked_normalized_and_unique_on_the_server()
    {
        var (blog, shop) = (await running.NewAppAsync(), await running.NewAppAsync());
        var made = await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{blog}/domains", new { hostname = "WWW.Bücher.Example." });
        Assert.Equal("www.xn--bcher-kva.example", made.GetProperty("hostname").GetString());
        Assert.Equal(
            [$"{blog}.localhost", "www.xn--bcher-kva.example"],
            (await _server.Admin.GetJsonAsync($"/apps/{blog}/domains")).EnumerateArray().Select(domain => domain.GetProperty("hostname").GetString()));

        const HttpStatusCode refused = HttpStatusCode.UnprocessableEntity;
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{shop}/domains", new { hostname = "www.bücher.example" }, refused, "domain_taken");
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{shop}/domains", new { hostname = $"{blog}.localhost" }, refused, "reserved_domain");
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{shop}/domains", new { hostname = "slipway.localhost" }, refused, "reserved_domain");
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{shop}/domains", new { hostname = "a b.example" }, refused, "invalid_domain");
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{shop}/domains", new { }, refused, "invalid_domain");

        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/apps/{blog}/domains/www.xn--bcher-kva.example");
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/apps/{shop}/domains", new { hostname = "www.bücher.example" });
    }

    [Fact]
    public async Task What_an_app_without_a_release_lacks_is_said_with_the_next_command()
    {
        var name = await running.NewAppAsync();
        Assert.Equal(0, (await _server.Admin.GetJsonAsync($"/apps/{name}/formation")).GetArrayLength());
        Assert.Equal(0, (await _server.Admin.GetJsonAsync($"/apps/{name}/releases")).GetArrayLength());
        var run = await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{name}/dynos", new { command = "ls" }, HttpStatusCode.UnprocessableEntity, "no_release");
        Assert.Equal("slipway deploy", run.GetProperty("next").GetString());
        await _server.Admin.FailsAsync(HttpMethod.Patch, $"/apps/{name}/formation", new { updates = new[] { new { type = "web", quantity = 2 } } }, HttpStatusCode.NotFound, "unknown_process_type");
        var released = await _server.Admin.FailsAsync(HttpMethod.Patch, $"/apps/{name}/formation", new { updates = new[] { new { type = "web", docker_image = "sha256:" + new string('0', 64) } } }, HttpStatusCode.UnprocessableEntity, "docker_image_unsupported");
        Assert.EndsWith($"slipway deploy --app {name} --image registry.example.org/{name}/web:latest", released.GetProperty("next").GetString(), StringComparison.Ordinal);
        await _server.Admin.FailsAsync(HttpMethod.Get, $"/slipway/apps/{name}/settings", null, HttpStatusCode.NotFound, "no_release");
        await _server.Admin.FailsAsync(HttpMethod.Post, $"/apps/{name}/releases", new { release = "v1" }, HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Server_settings_are_checked_and_taken_back()
    {
        const string path = "/slipway/server/settings";
        await _server.Admin.FailsAsync(HttpMethod.Patch, path, new { nonsense = "1" }, HttpStatusCode.UnprocessableEntity, "invalid_setting");
        await _server.Admin.FailsAsync(HttpMethod.Patch, path, new Dictionary<string, string> { ["package-index"] = "ftp://x" }, HttpStatusCode.UnprocessableEntity, "invalid_setting");
        var set = await _server.Admin.JsonAsync(HttpMethod.Patch, path, new Dictionary<string, string> { ["package-index"] = "local" });
        Assert.Equal("local", set.GetProperty("package-index").GetString());
        var back = await _server.Admin.JsonAsync(HttpMethod.Patch, path, new Dictionary<string, string?> { ["package-index"] = null });
        Assert.False(back.TryGetProperty("package-index", out _));
    }

    [Fact]
    public async Task Herokus_clients_are_understood()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/account");
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.heroku+json; version=3.sdk");
        request.Headers.TryAddWithoutValidation("Range", "id ..; max=10, order=desc");
        using var answer = await _server.Admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var token = _server.Admin.DefaultRequestHeaders.Authorization!.Parameter;
        using var basic = _server.Client(null);
        basic.DefaultRequestHeaders.Add("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"anyone:{token}")));
        Assert.Equal("admin@localhost", (await basic.GetJsonAsync("/account")).GetProperty("email").GetString());
    }

    private async Task<IEnumerable<string?>> NamesAsync() =>
        (await _server.Admin.GetJsonAsync("/apps")).EnumerateArray().Select(app => app.GetProperty("name").GetString());
}
