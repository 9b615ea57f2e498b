using System.Net;
using Microsoft.EntityFrameworkCore;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Api;

public sealed class DestroyStories
{
    [Fact]
    public async Task A_destroyed_app_leaves_its_events_alone_and_its_name_free()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = "blog" });
        await server.Admin.JsonAsync(HttpMethod.Patch, "/apps/blog/config-vars", new { COLOR = "blue" });
        await server.Admin.JsonAsync(HttpMethod.Post, "/apps/blog/domains", new { hostname = "www.example.org" });
        await DeployEndedAsync(server);

        await server.Admin.JsonAsync(HttpMethod.Delete, "/apps/blog");
        await server.Admin.FailsAsync(HttpMethod.Get, "/apps/blog", null, HttpStatusCode.NotFound, "not_found");
        await using (var store = server.Store())
        {
            Assert.Equal(0, await store.Apps.CountAsync() + await store.Releases.CountAsync() + await store.Deploys.CountAsync() + await store.Domains.CountAsync());
            Assert.Equal(1, await store.Events.CountAsync(row => row.Action == "app.destroy"));
        }

        // Who has the name next sees nothing of the one before.
        await server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = "blog" });
        await server.Admin.JsonAsync(HttpMethod.Post, "/apps/blog/domains", new { hostname = "www.example.org" });
        var events = await server.Admin.GetStringAsync("/slipway/apps/blog/events");
        Assert.DoesNotContain("app.destroy", events);
        Assert.Empty((await server.Admin.GetJsonAsync("/apps/blog/config-vars")).EnumerateObject());
    }

    [Fact]
    public async Task A_destruction_that_was_cut_off_is_finished_after_the_restart()
    {
        await using var server = await Slipwayd.StartNewAsync();
        for (var round = 0; round < 3; round++)
        {
            await server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = "blog" });
            var destroying = server.Admin.CallAsync(HttpMethod.Delete, "/apps/blog");
            await using (var store = server.Store())
            {
                while (await store.Apps.AnyAsync(app => app.DestroyedAt == null)) await Task.Delay(1);
            }

            await server.KillAsync();
            await Task.WhenAny(destroying);
            await server.StartAsync();
            await using (var store = server.Store())
            {
                for (var tries = 0; await store.Apps.AnyAsync(); tries++)
                {
                    Assert.True(tries < 200, $"the app is still there\n{server.Log}");
                    await Task.Delay(50);
                }
            }
        }
    }

    private static async Task DeployEndedAsync(Slipwayd server)
    {
        var deploy = (await server.Admin.GetJsonAsync("/slipway/apps/blog/deploys"))[0].GetProperty("id").GetString();
        await server.Admin.GetStringAsync($"/slipway/apps/blog/deploys/{deploy}/events");
    }
}
