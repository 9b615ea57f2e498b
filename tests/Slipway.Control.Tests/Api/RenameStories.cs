using System.Net;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Api;

public sealed class RenameStories(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task A_renamed_app_has_another_address_and_the_same_files()
    {
        var (first, second) = (await running.NewAppAsync(), running.NewName());
        var renamed = await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + first, new { name = second });
        Assert.Equal(second, renamed.GetProperty("name").GetString());
        Assert.Equal($"http://{second}.localhost:8080/", renamed.GetProperty("web_url").GetString());
        await _server.Admin.FailsAsync(HttpMethod.Get, "/apps/" + first, null, HttpStatusCode.NotFound, "not_found");
        Assert.Equal(second, (await _server.Admin.GetJsonAsync("/apps/" + renamed.GetProperty("id").GetString())).GetProperty("name").GetString());
        await using (var store = _server.Store()) Assert.Equal(first, store.Apps.Single(row => row.Name == second).Handle);

        // The old name is free at once, for an app with files of its own; and may be taken back.
        await _server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = first });
        await using (var store = _server.Store()) Assert.NotEqual(first, store.Apps.Single(row => row.Name == first).Handle);
        await _server.Admin.FailsAsync(HttpMethod.Patch, "/apps/" + second, new { name = first }, HttpStatusCode.UnprocessableEntity, "name_taken");
        await _server.Admin.JsonAsync(HttpMethod.Delete, "/apps/" + first);
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + second, new { name = first });
        await using (var store = _server.Store()) Assert.Equal(first, store.Apps.Single(row => row.Name == first).Handle);
    }

    [Fact]
    public async Task What_is_done_to_an_app_is_told_in_its_own_log_whoever_has_its_old_name()
    {
        var (first, second) = (await running.NewAppAsync(), running.NewName());
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + first, new { name = second });
        await _server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = first });
        string renamed, later;
        await using (var store = _server.Store()) (renamed, later) = (store.Apps.Single(row => row.Name == second).Handle, store.Apps.Single(row => row.Name == first).Handle);
        foreach (var handle in (string[])[renamed, later]) Directory.CreateDirectory(Path.Combine(_server.Config.LogsDirectory, handle));
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + second, new { maintenance = true });
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + first, new { maintenance = true });
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/apps/" + first, new { maintenance = false });
        Assert.DoesNotContain("disabled", await LogAsync(renamed));
        Assert.Contains("Maintenance mode enabled", await LogAsync(renamed));
        Assert.Contains("Maintenance mode disabled", await LogAsync(later));
    }

    private Task<string> LogAsync(string handle) => File.ReadAllTextAsync(Path.Combine(_server.Config.LogsDirectory, handle, "platform.log"), TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("../x", "invalid_app_name")]
    [InlineData("slipway-x", "reserved_app_name")]
    public async Task A_bad_name_changes_nothing(string name, string id)
    {
        var app = await running.NewAppAsync();
        await _server.Admin.FailsAsync(HttpMethod.Patch, "/apps/" + app, new { name }, HttpStatusCode.UnprocessableEntity, id);
        await _server.Admin.GetJsonAsync("/apps/" + app);
    }
}
