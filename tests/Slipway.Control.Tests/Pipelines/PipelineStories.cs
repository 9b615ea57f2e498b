using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Slipway.Control.Pipelines;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Pipelines;

/// <summary>Pipelines, as far as nothing needs to run.</summary>
public sealed class PipelineStories(RunningServer running) : IClassFixture<RunningServer>
{
    private static int _count;

    private readonly Slipwayd _server = running.Slipwayd;
    private readonly string _pipeline = $"shop-{Interlocked.Increment(ref _count)}";

    [Fact]
    public async Task Apps_are_put_in_moved_and_taken_out()
    {
        var (staging, production) = (await running.NewAppAsync(), await running.NewAppAsync());
        var pipeline = await NewAsync();
        Assert.Equal("user", pipeline.GetProperty("owner").GetProperty("type").GetString());
        var coupling = await AddAsync(staging, "staging");
        await AddAsync(production, "production");
        Assert.Equal("staging", (await _server.Admin.GetJsonAsync($"/apps/{staging}/pipeline-couplings")).GetProperty("stage").GetString());

        var couplings = await _server.Admin.GetJsonAsync($"/pipelines/{_pipeline}/pipeline-couplings");
        Assert.Equal([staging, production], couplings.EnumerateArray().Select(one => one.GetProperty("app").GetProperty("name").GetString()!));
        var ids = couplings.EnumerateArray().Select(one => one.GetProperty("app").GetProperty("id").GetString()!).ToArray();
        var apps = await _server.Admin.JsonAsync(HttpMethod.Post, "/filters/apps", new { @in = new { id = ids } });
        Assert.Equal(2, apps.GetArrayLength());

        var path = $"/pipeline-couplings/{coupling.GetProperty("id").GetString()}";
        Assert.Equal("development", (await _server.Admin.JsonAsync(HttpMethod.Patch, path, new { stage = "development" })).GetProperty("stage").GetString());
        await _server.Admin.JsonAsync(HttpMethod.Delete, path);
        await _server.Admin.FailsAsync(HttpMethod.Get, $"/apps/{staging}/pipeline-couplings", null, HttpStatusCode.NotFound, "not_found");

        Assert.Equal(1, (await _server.Admin.GetJsonAsync($"/pipelines?eq[name]={_pipeline}")).GetArrayLength());
        await _server.Admin.JsonAsync(HttpMethod.Patch, $"/pipelines/{_pipeline}", new { name = _pipeline + "-new" });
        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/pipelines/{_pipeline}-new");
        Assert.Equal(0, (await _server.Admin.GetJsonAsync($"/pipelines?eq[name]={_pipeline}-new")).GetArrayLength());
        await _server.Admin.GetJsonAsync($"/apps/{production}");
    }

    [Fact]
    public async Task What_cannot_be_is_said()
    {
        var (one, other) = (await running.NewAppAsync(), await running.NewAppAsync());
        var pipeline = await NewAsync();
        await FailsAsync("/pipelines", new { name = _pipeline }, "name_taken");
        await FailsAsync("/pipelines", new { name = "No" }, "invalid_pipeline_name");
        await FailsAsync("/pipelines", new { }, "invalid_pipeline_name");
        await AddAsync(one, "staging");
        await FailsAsync("/pipeline-couplings", new { app = one, pipeline = _pipeline, stage = "production" }, "already_coupled");
        await FailsAsync("/pipeline-couplings", new { app = other, pipeline = _pipeline, stage = "moon" }, "invalid_stage");
        await FailsAsync("/pipeline-promotions", Promotion(one, other), "not_in_pipeline");
        await FailsAsync("/pipeline-promotions", Promotion(one), "invalid_targets");
        await FailsAsync("/pipeline-promotions", Promotion(one, one), "invalid_targets");
        await AddAsync(other, "production");
        await FailsAsync("/pipeline-promotions", Promotion(one, other), "nothing_to_promote");
        await FailsAsync("/review-apps", new { branch = "main", pipeline = _pipeline }, "review_apps_disabled");
        await _server.Admin.FailsAsync(HttpMethod.Get, "/pipelines/none", null, HttpStatusCode.NotFound, "not_found");
        await _server.Admin.FailsAsync(HttpMethod.Get, $"/pipeline-promotions/{Guid.NewGuid()}", null, HttpStatusCode.NotFound, "not_found");

        object Promotion(string from, params string[] to) => new
        {
            pipeline = new { id = pipeline.GetProperty("id").GetString() }, source = new { app = new { id = from } }, targets = to.Select(id => new { app = new { id } }),
        };
    }

    [Fact]
    public async Task A_pipeline_is_its_owners_to_change_and_its_apps_owners_to_see()
    {
        var member = await _server.NewMemberAsync($"{_pipeline}@example.org");
        var stranger = await _server.NewMemberAsync($"stranger-{_pipeline}@example.org");
        var name = running.NewName();
        await member.JsonAsync(HttpMethod.Post, "/apps", new { name });
        await NewAsync();
        await member.FailsAsync(HttpMethod.Get, $"/pipelines/{_pipeline}", null, HttpStatusCode.NotFound, "not_found");
        await AddAsync(name, "staging");
        await member.GetJsonAsync($"/pipelines/{_pipeline}");
        await stranger.FailsAsync(HttpMethod.Get, $"/pipelines/{_pipeline}", null, HttpStatusCode.NotFound, "not_found");
        await member.FailsAsync(HttpMethod.Delete, $"/pipelines/{_pipeline}", null, HttpStatusCode.Forbidden, "forbidden");
        await member.FailsAsync(HttpMethod.Get, $"/pipelines/{_pipeline}/stage/review/config-vars", null, HttpStatusCode.Forbidden, "forbidden");
        await member.FailsAsync(HttpMethod.Post, $"/pipelines/{_pipeline}/review-app-config", new { repo = "ada/blog" }, HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Review_apps_are_configured_as_Herokus_client_does()
    {
        await NewAsync();
        var path = $"/pipelines/{_pipeline}/review-app-config";
        await _server.Admin.FailsAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "not_found");
        await _server.Admin.FailsAsync(HttpMethod.Post, path, new { repo = "https://example.org/a.tar.gz" }, HttpStatusCode.UnprocessableEntity, "source_url_invalid");
        await _server.Admin.FailsAsync(HttpMethod.Post, path, new { stale_days = 0 }, HttpStatusCode.UnprocessableEntity, "invalid_stale_days");
        var config = await _server.Admin.JsonAsync(HttpMethod.Post, path, new { repo = "ada/blog", destroy_stale_apps = true });
        Assert.Equal(("https://github.com/ada/blog.git", true, 5), (config.GetProperty("repo").GetProperty("full_name").GetString(), config.GetProperty("destroy_stale_apps").GetBoolean(), config.GetProperty("stale_days").GetInt32()));

        await _server.Admin.JsonAsync(HttpMethod.Patch, path, new { repo = "http://git:hush@git.example.org/blog.git", stale_days = 2 });
        var repo = await _server.Admin.GetStringAsync($"/pipelines/{_pipeline}/repo");
        Assert.Contains("http://git.example.org/blog.git", repo, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", repo, StringComparison.Ordinal);
        // The client sends back what it was told; the password is not lost by that.
        await _server.Admin.JsonAsync(HttpMethod.Patch, path, new { repo = "http://git.example.org/blog.git", automatic_review_apps = true });
        await using (var store = _server.Store())
            Assert.DoesNotContain("hush", (await store.Pipelines.SingleAsync(row => row.Name == _pipeline, TestContext.Current.CancellationToken)).Repository!, StringComparison.Ordinal);
        Assert.True((await _server.Admin.GetJsonAsync("/account/features/dashboard-repositories-api")).GetProperty("enabled").GetBoolean());

        await _server.Admin.JsonAsync(HttpMethod.Patch, $"/pipelines/{_pipeline}/stage/review/config-vars", new { A = "1", B = "2" });
        Assert.Equal("""{"A":"1"}""", (await _server.Admin.JsonAsync(HttpMethod.Patch, $"/pipelines/{_pipeline}/stage/review/config-vars", """{"B": null}""")).GetRawText());
        await _server.Admin.JsonAsync(HttpMethod.Delete, path);
        await _server.Admin.FailsAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task A_review_app_comes_for_a_branch_once_and_goes_when_asked()
    {
        await NewAsync();
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/pipelines/{_pipeline}/review-app-config", new { });
        await FailsAsync("/review-apps", new { branch = "x", pipeline = _pipeline }, "repository_missing");
        await FailsAsync("/review-apps", new { branch = "--evil", pipeline = _pipeline }, "invalid_branch");
        var made = await _server.Admin.JsonAsync(HttpMethod.Post, "/review-apps", new { branch = "Feature/New_Door", pipeline = _pipeline, source_blob = new { url = await UploadAsync() }, pr_number = 7 });
        var app = made.GetProperty("app").GetProperty("name").GetString()!;
        Assert.StartsWith($"{_pipeline}-pr-7-", app, StringComparison.Ordinal);
        await _server.Admin.FailsAsync(HttpMethod.Post, "/review-apps", new { branch = "Feature/New_Door", pipeline = _pipeline }, HttpStatusCode.Conflict, "review_app_exists");
        Assert.Equal("review", (await _server.Admin.GetJsonAsync($"/apps/{app}/pipeline-couplings")).GetProperty("stage").GetString());
        var path = $"/review-apps/{made.GetProperty("id").GetString()}";
        Assert.Equal("errored", await UntilAsync(path, status => status != "creating")); // nothing can be built here
        var config = await _server.Admin.GetJsonAsync($"/apps/{app}/config-vars");
        Assert.Equal((app, "7", "Feature/New_Door"), (config.GetProperty("HEROKU_APP_NAME").GetString(), config.GetProperty("HEROKU_PR_NUMBER").GetString(), config.GetProperty("HEROKU_BRANCH").GetString()));
        Assert.Equal("few", config.GetProperty("SEED").GetString());
        await _server.Admin.JsonAsync(HttpMethod.Patch, $"/apps/{app}", new { name = $"{app}-x" });
        Assert.Equal($"{app}-x", (await _server.Admin.GetJsonAsync(path)).GetProperty("app").GetProperty("name").GetString());
        app += "-x";

        await _server.Admin.JsonAsync(HttpMethod.Delete, path);
        Assert.Equal("deleted", await UntilAsync(path, status => status == "deleted"));
        await _server.Admin.FailsAsync(HttpMethod.Get, $"/apps/{app}", null, HttpStatusCode.NotFound, "not_found");
        Assert.Equal(0, (await _server.Admin.GetJsonAsync($"/pipelines/{_pipeline}/review-apps")).GetArrayLength());
    }

    [Fact]
    public async Task Of_several_who_ask_for_a_branch_at_once_one_gets_it()
    {
        await NewAsync();
        await _server.Admin.JsonAsync(HttpMethod.Post, $"/pipelines/{_pipeline}/review-app-config", new { });
        var bodies = new List<object>();
        for (var i = 0; i < 5; i++) bodies.Add(new { branch = "rush", pipeline = _pipeline, source_blob = new { url = await UploadAsync() } });
        var answers = await Task.WhenAll(bodies.Select(async body =>
        {
            using var answer = await _server.Admin.PostAsJsonAsync("/review-apps", body);
            return answer.StatusCode;
        }));
        Assert.Single(answers, HttpStatusCode.Created);
        Assert.Equal(4, answers.Count(status => status == HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("shop", "main", "shop-main-")]
    [InlineData("shop", "Feature/Ünïcode_and-more-and-more-of-it", "shop-feature-n-code-and-m-")]
    [InlineData("a-very-long-pipeline-name-here", "x", "a-very-long-pipeline-name-")]
    [InlineData("shop", "---", "shop-")]
    public void A_review_apps_name_is_one_whatever_the_branch_is_called(string start, string branch, string name)
    {
        var made = ReviewApps.NameOf(start, new ReviewRequest(branch, null, null, null, new Dictionary<string, string>()));
        Assert.StartsWith(name[..Math.Min(name.Length, 20)], made, StringComparison.Ordinal);
        Assert.True(Contracts.Names.AppName.TryParse(made, out _), made);
    }

    /// <returns>Where the source is taken from, once.</returns>
    private async Task<string> UploadAsync()
    {
        var blob = (await _server.Admin.JsonAsync(HttpMethod.Post, "/sources")).GetProperty("source_blob");
        using var put = await _server.Nobody.PutAsync(new Uri(blob.GetProperty("put_url").GetString()!).PathAndQuery, new ByteArrayContent(Tar()));
        Assert.True(put.IsSuccessStatusCode);
        return blob.GetProperty("get_url").GetString()!;
    }

    private async Task<string> UntilAsync(string path, Func<string, bool> condition)
    {
        for (var tries = 0; ; tries++)
        {
            var status = (await _server.Admin.GetJsonAsync(path)).GetProperty("status").GetString()!;
            if (condition(status) || tries == 200) return status;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static byte[] Tar()
    {
        using var content = new MemoryStream();
        using (var tar = new System.Formats.Tar.TarWriter(content, leaveOpen: true))
            foreach (var (file, text) in new[] { ("Procfile", "web: true\n"), ("app.json", """{"env": {"SEED": "all"}, "environments": {"review": {"env": {"SEED": "few"}}}}""") })
                tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, file) { DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) });
        return content.ToArray();
    }

    private Task<JsonElement> NewAsync() => _server.Admin.JsonAsync(HttpMethod.Post, "/pipelines", new { name = _pipeline, owner = new { id = "x", type = "user" }, generation = new { name = "cedar" } });

    private Task<JsonElement> AddAsync(string app, string stage) => _server.Admin.JsonAsync(HttpMethod.Post, "/pipeline-couplings", new { app, pipeline = _pipeline, stage });

    private Task<JsonElement> FailsAsync(string path, object body, string id) => _server.Admin.FailsAsync(HttpMethod.Post, path, body, HttpStatusCode.UnprocessableEntity, id);
}
