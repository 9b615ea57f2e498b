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
