using System.Text.Json;
using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Heroku;

/// <summary>Pipelines and review apps, with Heroku's client.</summary>
public sealed class PipelineStories(Platform platform) : IAsyncLifetime
{
    private readonly Forge _forge = Forge.Open();
    private HerokuClient _heroku = null!;

    public async ValueTask InitializeAsync()
    {
        _heroku = await HerokuClient.OfAdminAsync(platform);
        (await platform.Cli.RunAsync("server", "set", "private-sources", "allow")).MustSucceed();
    }

    public async ValueTask DisposeAsync()
    {
        _forge.Dispose();
        await platform.Cli.RunAsync("server", "unset", "private-sources");
    }

    [Fact]
    [Heroku("pipelines", "pipelines:create", "pipelines:add", "pipelines:info", "pipelines:promote", "pipelines:update", "pipelines:rename", "pipelines:remove", "pipelines:destroy")]
    public async Task What_was_tried_goes_live_as_it_is()
    {
        const string staging = "dock-staging", production = "dock-live", pipeline = "dock";
        using var folder = PlainSite.Create(staging, "first");
        folder.Write("Procfile", "web: python server.py\nrelease: echo port of $PORT_OF_CALL\n");
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", staging)).MustSucceed();
        (await platform.Cli.RunAsync("create", production)).MustSucceed();
        (await platform.Cli.RunAsync("config", "set", "PORT_OF_CALL=Holm", "--app", production)).MustSucceed();
        Assert.Contains("Creating dock pipeline... done", await _heroku.SaidAsync("pipelines:create", pipeline, "--app", staging, "--stage", "development"), StringComparison.Ordinal);
        await _heroku.SaidAsync("pipelines:update", "--app", staging, "--stage", "staging");
        await _heroku.SaidAsync("pipelines:add", pipeline, "--app", production, "--stage", "production");
        Assert.Contains(pipeline, await _heroku.OutputAsync("pipelines"), StringComparison.Ordinal);
        var info = await _heroku.OutputAsync("pipelines:info", pipeline);
        Assert.Contains(staging, info, StringComparison.Ordinal);
        Assert.Contains("production", info, StringComparison.Ordinal);

        var promoted = await _heroku.SaidAsync("pipelines:promote", "--app", staging);
        Assert.Contains("Promotion successful", promoted, StringComparison.Ordinal);
        Assert.Contains("port of Holm", promoted, StringComparison.Ordinal); // its own release phase, with its own config
        Assert.Equal("first", await platform.Site(production).TextAsync("/"));
        Assert.Equal(await ImageAsync(staging), await ImageAsync(production));
        Assert.Contains($"Promote {staging} v1", (await platform.Cli.RunAsync("releases", "--app", production)).MustSucceed().Output, StringComparison.Ordinal);

        // One that fails leaves what serves there serving, and says so.
        folder.Write("Procfile", "web: python server.py\nrelease: test -z \"$PORT_OF_CALL\"\n");
        PlainSite.Say(folder, "second");
        (await platform.Cli.In(folder.Path).RunAsync("deploy", "--app", staging)).MustSucceed();
        var failed = await _heroku.RunAsync("pipelines:promote", "--app", staging);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("The release command failed", failed.Output + failed.Errors, StringComparison.Ordinal);
        Assert.Equal("first", await platform.Site(production).TextAsync("/"));

        await _heroku.SaidAsync("pipelines:rename", pipeline, "wharf");
        await _heroku.SaidAsync("pipelines:remove", "--app", staging);
        await _heroku.SaidAsync("pipelines:destroy", "wharf");
        Assert.DoesNotContain("wharf", await _heroku.OutputAsync("pipelines"), StringComparison.Ordinal);
    }

    [Fact]
    [Heroku("reviewapps:enable", "reviewapps:create", "reviewapps:wait", "reviewapps:disable")]
    public async Task A_branch_has_an_app_for_a_while()
    {
        const string pipeline = "mole";
        using var folder = PlainSite.Create("mole", "in review");
        folder.Write("app.json", """{"env": {"SEED": {"required": true}}, "scripts": {"pr-predestroy": "echo bye"}, "environments": {"review": {"env": {"SEED": "few"}}}}""");
        var address = await _forge.PublishAsync(folder, "mole", "new-light");
        (await platform.Cli.RunAsync("pipelines", "create", pipeline)).MustSucceed();
        (await platform.Cli.RunAsync("reviewapps", "enable", "--pipeline", pipeline, "--repo", address)).MustSucceed();
        await _heroku.SaidAsync("reviewapps:enable", "--pipeline", pipeline);
        var missing = await _heroku.RunAsync("reviewapps:create", "--pipeline", pipeline, "--branch", "gone");
        Assert.Contains("doesn't exist", missing.Output + missing.Errors, StringComparison.Ordinal);
        await _heroku.SaidAsync("reviewapps:create", "--pipeline", pipeline, "--branch", "new-light", "--wait", "--wait-interval", "1");
        using var listed = JsonDocument.Parse((await platform.Cli.RunAsync("reviewapps", "--pipeline", pipeline, "--json")).MustSucceed().Output);
        var app = listed.RootElement[0].GetProperty("app").GetProperty("name").GetString()!;
        Assert.Equal("created", listed.RootElement[0].GetProperty("status").GetString());
        await _heroku.SaidAsync("reviewapps:wait", app);
        Assert.Equal("in review", await platform.Site(app).TextAsync("/"));
        Assert.Equal("few", (await platform.Cli.RunAsync("run", "--app", app, "--", "printenv", "SEED")).MustSucceed().Output.Trim());

        await _heroku.SaidAsync("reviewapps:disable", "--pipeline", pipeline);
        (await platform.Cli.RunAsync("reviewapps", "destroy", "new-light", "--pipeline", pipeline)).MustSucceed();
        await platform.Site(app).UntilAsync((status, _) => (int)status == 404, TimeSpan.FromSeconds(60));
        Assert.Contains("review-app.predestroy", (await platform.Cli.RunAsync("events", "--json")).MustSucceed().Output, StringComparison.Ordinal);

        // The pipeline remembers its review apps until the last of them is gone, a moment after its route is.
        await Eventually.TrueAsync(async () => (await platform.Cli.RunAsync("pipelines", "destroy", pipeline)).ExitCode == 0, TimeSpan.FromSeconds(60), () => "the pipeline is kept");
    }

    /// <summary>What serves in an app: the layers of its image are the same where nothing was built.</summary>
    private async Task<string> ImageAsync(string app)
    {
        using var explained = JsonDocument.Parse((await platform.Cli.RunAsync("apps", "--json")).MustSucceed().Output);
        return explained.RootElement.EnumerateArray().Single(one => one.GetProperty("name").GetString() == app).GetProperty("slug_size").GetRawText();
    }
}
