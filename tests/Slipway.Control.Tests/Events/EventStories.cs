using System.Net;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Events;

/// <summary>The audit trail can be searched.</summary>
public sealed class EventStories(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly Slipwayd _server = running.Slipwayd;

    [Fact]
    public async Task It_is_searched_by_any_letters_and_by_time_and_what_is_no_time_is_refused()
    {
        foreach (var name in (string[])["search-100", "search-200"]) await _server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name });
        Assert.Equal(1, await CountAsync("?search=search-100"));
        Assert.Equal(2, await CountAsync("?search=APP%20search"));
        Assert.Equal(0, await CountAsync("?search=search%25"));
        Assert.Equal(0, await CountAsync("?search=search_"));
        Assert.Equal(0, await CountAsync("?search=search-100&since=2999-01-01"));
        Assert.Equal(1, await CountAsync("?search=search-100&since=2026-01-01T00:00:00Z"));
        await _server.Admin.FailsAsync(HttpMethod.Get, "/slipway/events?since=yesterday", null, HttpStatusCode.BadRequest, "bad_request");
    }

    private async Task<int> CountAsync(string query) => (await _server.Admin.GetJsonAsync("/slipway/events" + query)).GetArrayLength();
}
