using System.Net;
using Slipway.Control.Access;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Api;

/// <summary>How Heroku's API behaves on every route: versions, ranges, entity tags, HEAD, what is left to ask.</summary>
public sealed class MannerStories(RunningServer running) : IClassFixture<RunningServer>
{
    private readonly Slipwayd _server = running.Slipwayd;

    [Theory]
    [InlineData("application/vnd.heroku+json; version=3", HttpStatusCode.OK)]
    [InlineData("application/vnd.heroku+json; version=3.sdk", HttpStatusCode.OK)]
    [InlineData("application/vnd.heroku+json; version=3.team-invitations", HttpStatusCode.OK)]
    [InlineData("application/vnd.heroku+json", HttpStatusCode.OK)]
    [InlineData("*/*", HttpStatusCode.OK)]
    [InlineData("application/vnd.heroku+json; version=2", HttpStatusCode.NotAcceptable)]
    [InlineData("text/html, application/vnd.heroku+json; version=4;q=0.5", HttpStatusCode.NotAcceptable)]
    [InlineData("application/vnd.heroku+json; version=\"3;x\"", HttpStatusCode.NotAcceptable)]
    public async Task A_version_that_there_is_not_is_refused(string accept, HttpStatusCode expected)
    {
        using var answer = await AskAsync(HttpMethod.Get, "/account", ("Accept", accept));
        Assert.Equal(expected, answer.StatusCode);
        if (expected != HttpStatusCode.OK) Assert.Contains("\"not_acceptable\"", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Herokus_clients_are_told_of_failures_by_Herokus_ids_and_by_ours()
    {
        using var answer = await AskAsync(HttpMethod.Post, "/apps", ("Accept", "application/vnd.heroku+json; version=3"), body: """{"name":"-"}""");
        var error = await answer.ReadAsync();
        Assert.Equal(422, (int)answer.StatusCode);
        Assert.Equal("invalid_params", error.GetProperty("id").GetString());
        Assert.Equal("invalid_app_name", error.GetProperty("code").GetString());

        using var missing = await AskAsync(HttpMethod.Get, "/apps/no-such-app", ("Accept", "application/vnd.heroku+json; version=3"));
        Assert.Equal("app", (await missing.ReadAsync()).GetProperty("resource").GetString());
    }

    [Fact]
    public async Task A_list_is_read_page_by_page_while_it_grows()
    {
        var prefix = running.NewName();
        var made = new List<string>();
        for (var i = 0; i < 7; i++) made.Add(await MakeAsync($"{prefix}-p{i}"));
        var (seen, range) = (new List<string>(), $"name {prefix}-p..{prefix}-pz; max=3");
        for (var page = 0; range is not null; page++)
        {
            using var answer = await AskAsync(HttpMethod.Get, "/apps", ("Range", range));
            var names = (await answer.ReadAsync()).EnumerateArray().Select(app => app.GetProperty("name").GetString()!).ToList();
            seen.AddRange(names);
            range = Header(answer, "Next-Range");
            Assert.Equal(range is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent, answer.StatusCode);
            Assert.StartsWith($"name {names[0]}..{names[^1]}", Header(answer, "Content-Range"));
            Assert.Equal("name, id, updated_at", Header(answer, "Accept-Ranges"));
            // One that comes before what was read already, and one after: the first is not seen, the second is, and nothing twice.
            if (page == 0) made.Add(await MakeAsync($"{prefix}-p6-later"));
            if (page == 0) await MakeAsync($"{prefix}-p0-earlier");
        }

        Assert.Equal(made.Order(StringComparer.Ordinal), seen);
    }

    [Theory]
    [InlineData("name", false)]
    [InlineData("id", false)]
    [InlineData("id", true)]
    [InlineData("updated_at", false)]
    [InlineData("updated_at", true)]
    public async Task Every_attribute_pages_both_ways_without_loss(string attribute, bool descending)
    {
        for (var i = 0; i < 5; i++) await running.NewAppAsync();
        var all = (await _server.Admin.GetJsonAsync("/apps")).EnumerateArray().Select(app => app.GetProperty("id").GetString()!).ToList();
        var (seen, range) = (new List<string>(), (string?)$"{attribute} ..; max=2, order={(descending ? "desc" : "asc")}");
        while (range is not null)
        {
            using var answer = await AskAsync(HttpMethod.Get, "/apps", ("Range", range));
            seen.AddRange((await answer.ReadAsync()).EnumerateArray().Select(app => app.GetProperty("id").GetString()!));
            range = Header(answer, "Next-Range");
        }

        Assert.Equal(all.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        if (attribute == "id") Assert.Equal(descending ? seen.OrderDescending(StringComparer.Ordinal) : seen.Order(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task A_list_that_begins_with_the_newest_stays_turned_when_it_is_asked_the_other_way()
    {
        for (var i = 0; i < 3; i++) await running.NewAppAsync();
        var (seen, range) = (new List<DateTimeOffset>(), (string?)"; max=2, order = asc");
        for (var pages = 0; range is not null && pages < 3; pages++)
        {
            using var answer = await AskAsync(HttpMethod.Get, "/slipway/events", ("Range", range));
            seen.AddRange((await answer.ReadAsync()).EnumerateArray().Select(one => one.GetProperty("at").GetDateTimeOffset()));
            range = Header(answer, "Next-Range");
        }

        Assert.True(seen.Count > 2);
        Assert.Equal(seen.Order(), seen);
    }

    [Theory]
    [InlineData("nonsense ..")]
    [InlineData("id x..")]
    [InlineData("updated_at yesterday..")]
    [InlineData("name ..; max=0")]
    [InlineData("name ..; max=-1")]
    [InlineData("name ..; max=99999999999")]
    [InlineData("name ..; order=up")]
    [InlineData("name ..; nonsense")]
    [InlineData("name a-b")]
    public async Task What_is_no_range_is_416(string range)
    {
        using var answer = await AskAsync(HttpMethod.Get, "/apps", ("Range", range));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, answer.StatusCode);
        Assert.Equal("requested_range_not_satisfiable", (await answer.ReadAsync()).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("id ..; max=1000;")]
    [InlineData("")]
    [InlineData("; max=10")]
    [InlineData("name")]
    [InlineData("name ]a..z; order=desc,max=5")]
    public async Task What_clients_send_as_a_range_is_one(string range)
    {
        using var answer = await AskAsync(HttpMethod.Get, "/apps", ("Range", range));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_answer_that_the_caller_has_is_not_sent_again()
    {
        var path = $"/apps/{await running.NewAppAsync()}";
        using var first = await AskAsync(HttpMethod.Get, path);
        var tag = first.Headers.ETag!.Tag;
        using var same = await AskAsync(HttpMethod.Get, path, ("If-None-Match", $"\"other\", {tag}"));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());
        Assert.Equal(tag, same.Headers.ETag!.Tag);

        await _server.Admin.JsonAsync(HttpMethod.Patch, path, new { maintenance = true });
        using var changed = await AskAsync(HttpMethod.Get, path, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task HEAD_is_GET_without_the_body()
    {
        var path = $"/apps/{await running.NewAppAsync()}";
        using var get = await AskAsync(HttpMethod.Get, path);
        using var head = await AskAsync(HttpMethod.Head, path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        using var missing = await AskAsync(HttpMethod.Head, "/apps/no-such-app");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_body_of_another_type_is_415()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/apps") { Content = new StringContent("<app/>", null, "text/xml") };
        using var answer = await _server.Admin.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Equal("unsupported_media_type", (await answer.ReadAsync()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task What_a_token_has_left_is_said()
    {
        using var answer = await AskAsync(HttpMethod.Get, "/account");
        Assert.InRange(int.Parse(Header(answer, "RateLimit-Remaining")!), 1, RequestBudgets.Capacity - 1);
        Assert.InRange((await _server.Admin.GetJsonAsync("/account/rate-limits")).GetProperty("remaining").GetInt32(), 1, RequestBudgets.Capacity);
    }

    [Fact]
    public async Task A_create_that_is_repeated_says_that_it_was_done()
    {
        var name = await running.NewAppAsync();
        var again = await _server.Admin.FailsAsync(HttpMethod.Post, "/apps", new { name }, HttpStatusCode.UnprocessableEntity, "name_taken");
        Assert.Contains("You have an app", again.GetProperty("message").GetString());
        var other = await _server.NewMemberAsync("someone-else@example.org");
        var theirs = await other.FailsAsync(HttpMethod.Post, "/apps", new { name }, HttpStatusCode.UnprocessableEntity, "name_taken");
        Assert.DoesNotContain("You have", theirs.GetProperty("message").GetString());
    }

    private async Task<string> MakeAsync(string name)
    {
        await _server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name });
        return name;
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, (string Name, string Value)? header = null, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (header is { } sent) request.Headers.TryAddWithoutValidation(sent.Name, sent.Value);
        if (body is not null) request.Content = new StringContent(body, null, "application/json");
        return await _server.Admin.SendAsync(request);
    }
}
