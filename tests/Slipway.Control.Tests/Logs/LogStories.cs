using System.Globalization;
using Slipway.Contracts.Logs;
using Slipway.Control.Logs;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Logs;

public sealed class LogStories : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LogFilter All = new(null, null, DateTimeOffset.MinValue);

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-logs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_last_lines_of_all_files_come_in_the_order_of_time()
    {
        Write("web.1.web-aaa.log", 0, 2, 4);
        Write("web.2.web-bbb.log", 1, 3);
        Write("router.log", 5);
        Assert.Equal(
            ["app[web.2]: 3", "app[web.1]: 4", "heroku[router]: 5"],
            Folder().ReadLast(3).Select(line => line.ToString()["2026-01-01T00:00:00.000000+00:00 ".Length..]));
        Assert.Equal("2026-01-01T00:00:05.000000+00:00 heroku[router]: 5", Folder().ReadLast(1)[0].ToString());
    }

    [Theory]
    [InlineData("web.1.blog-3f2a1b-9c0d.log", "web.1")]
    [InlineData("web.1.logbook-3f2a1b-9c0d.log", "web.1")] // an app may be called so
    [InlineData("web.1.logbook-3f2a1b-9c0d.log.1", "web.1")]
    [InlineData("router.log.1", "router")]
    public void Whose_a_file_is_its_name_says(string file, string origin) => Assert.Equal(origin, LogFile.OriginOf("/logs/logbook/" + file));

    [Fact]
    public void Who_wants_one_process_or_one_source_gets_that()
    {
        Write("web.1.web-aaa.log", 0);
        Write("web.2.web-bbb.log", 1);
        Write("worker.1.worker-ccc.log", 2);
        Write("router.log", 3);
        Assert.Equal([0, 1], Numbers(Folder(All with { Process = "web" }).ReadLast(10)));
        Assert.Equal([1], Numbers(Folder(All with { Process = "web.2" }).ReadLast(10)));
        Assert.Equal([3], Numbers(Folder(All with { Source = "router" }).ReadLast(10)));
        Assert.Equal([0, 1, 2], Numbers(Folder(All with { Source = "app" }).ReadLast(10)));
        Assert.Equal([2, 3], Numbers(Folder(All with { Since = Start.AddSeconds(2) }).ReadLast(10)));
    }

    [Fact]
    public void What_the_platform_says_is_told_apart_line_by_line()
    {
        Write("web.1.web-aaa.log", 0);
        Write("router.log", 1);
        Say(2, "app[api]: Release v3 created by user ada@example.org");
        Say(3, "heroku[web.1]: State changed from starting to up");
        Say(4, "heroku[worker.1]: Process exited with status 1");
        Assert.Equal(
            ["app[web.1]: 0", "heroku[router]: 1", "app[api]: Release v3 created by user ada@example.org", "heroku[web.1]: State changed from starting to up", "heroku[worker.1]: Process exited with status 1"],
            Texts(All));
        Assert.Equal(["app[web.1]: 0", "app[api]: Release v3 created by user ada@example.org"], Texts(All with { Source = "app" }));
        Assert.Equal(["heroku[router]: 1", "heroku[web.1]: State changed from starting to up", "heroku[worker.1]: Process exited with status 1"], Texts(All with { Source = "heroku" }));
        Assert.Equal(["app[web.1]: 0", "heroku[web.1]: State changed from starting to up"], Texts(All with { Process = "web" }));
        Assert.Equal(["heroku[web.1]: State changed from starting to up"], Texts(All with { Source = "heroku", Process = "web.1" }));
        Assert.Equal(["heroku[router]: 1"], Texts(All with { Source = "router" }));
    }

    [Fact]
    public void Few_wanted_lines_are_found_among_many_of_the_platforms_others()
    {
        Say(0, "heroku[worker.1]: Process exited with status 1");
        for (var number = 1; number <= 500; number++) Say(number, "heroku[web.1]: State changed from starting to up");
        Assert.Equal("heroku[worker.1]: Process exited with status 1", Assert.Single(Folder(All with { Process = "worker" }).ReadLast(10)).ToString()["2026-01-01T00:00:00.000000+00:00 ".Length..]);
    }

    [Fact]
    public void Lines_that_were_cut_are_whole_again_and_unfinished_ones_wait()
    {
        var path = Path.Combine(_folder, "web.1.web-aaa.log");
        File.WriteAllText(path, $"{new LogLine(Start, "stdout", true, "one ")}\n{new LogLine(Start, "stdout", false, "line")}\n{new LogLine(Start, "stdout", false, "begun")}");
        var folder = Folder();
        Assert.Equal(["one line"], folder.ReadLast(10).Select(line => line.Text));
        Assert.Empty(folder.ReadNew());
        File.AppendAllText(path, " and done\n");
        Assert.Equal(["begun and done"], folder.ReadNew().Select(line => line.Text));
    }

    [Fact]
    public void The_end_of_a_large_file_is_read_without_the_rest()
    {
        Write("web.1.web-aaa.log", [.. Enumerable.Range(0, 300_000)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(Enumerable.Range(299_900, 100), Numbers(Folder().ReadLast(100)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public async Task A_follower_gets_each_line_once_while_files_appear_and_are_set_aside()
    {
        const int lines = 20_000;
        Write("web.1.web-aaa.log", 0, 1, 2);
        var folder = Folder();
        var got = folder.ReadLast(2).ToList();
        var writing = Task.Run(async () =>
        {
            for (var number = 3; number < lines; number += 20)
            {
                var batch = Enumerable.Range(number, Math.Min(20, lines - number)).ToArray();
                var file = (number / 20 % 3) switch { 0 => "router.log", 1 => "web.1.web-aaa.log", _ => $"web.2.web-b{number / 4000}.log" };
                Write(file, batch);
                var router = Path.Combine(_folder, "router.log");
                if (File.Exists(router) && new FileInfo(router).Length > 40_000) File.Move(router, router + ".1", overwrite: true);
                var web = Path.Combine(_folder, "web.1.web-aaa.log");
                if (new FileInfo(web).Length > 40_000)
                {
                    // As the runner and conmon do it: a second name, then a new file at the first.
                    using var link = System.Diagnostics.Process.Start("ln", ["-f", web, web + ".1"]);
                    await link.WaitForExitAsync();
                    File.WriteAllText(web + ".tmp", "");
                    File.Move(web + ".tmp", web, overwrite: true);
                }

                if (number % 400 == 3) await Task.Delay(5);
            }
        });
        while (!writing.IsCompleted)
        {
            got.AddRange(folder.ReadNew());
            await Task.Delay(1);
        }

        await writing;
        got.AddRange(folder.ReadNew());
        Assert.Equal(Enumerable.Range(1, lines - 1), Numbers(got).Order());
    }

    [Fact]
    public async Task The_API_streams_the_log_to_whoever_has_its_address()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = "blog" });
        var log = Path.Combine(Directory.CreateDirectory(Path.Combine(server.Config.LogsDirectory, "blog")).FullName, "web.1.web-aaa.log");
        File.WriteAllText(log, $"{new LogLine(DateTimeOffset.UtcNow.AddYears(-1), "stdout", false, "of an app that had the name before")}\n{new LogLine(DateTimeOffset.UtcNow, "stdout", false, "first")}\n");

        var session = await server.Admin.JsonAsync(HttpMethod.Post, "/apps/blog/log-sessions", new { lines = 10, tail = true });
        using var reader = new StreamReader(await server.Nobody.GetStreamAsync(session.GetProperty("logplex_url").GetString()));
        Assert.EndsWith("app[web.1]: first", await reader.ReadLineAsync());
        File.AppendAllText(log, $"{new LogLine(DateTimeOffset.UtcNow, "stderr", false, "second")}\n");
        Assert.EndsWith("app[web.1]: second", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Herokus_client_gets_events_and_goes_on_where_it_was_cut_off()
    {
        await using var server = await Slipwayd.StartNewAsync();
        await server.Admin.JsonAsync(HttpMethod.Post, "/apps", new { name = "blog" });
        var log = Path.Combine(Directory.CreateDirectory(Path.Combine(server.Config.LogsDirectory, "blog")).FullName, "web.1.web-aaa.log");
        var begin = DateTimeOffset.UtcNow;
        File.WriteAllLines(log, Enumerable.Range(1, 3).Select(number => new LogLine(begin.AddSeconds(number), "stdout", false, $"line {number}").ToString()));
        var session = await server.Admin.JsonAsync(HttpMethod.Post, "/apps/blog/log-sessions", new { lines = 2, dyno = "web.1" });

        var (first, lastId) = await EventsAsync(server, session, null);
        Assert.Equal(["line 2", "line 3"], first);
        File.AppendAllText(log, $"{new LogLine(begin.AddSeconds(4), "stdout", false, "line 4")}\n");
        var (second, _) = await EventsAsync(server, session, lastId);
        Assert.Equal(["line 4"], second);
    }

    private static async Task<(IEnumerable<string> Lines, string? LastId)> EventsAsync(Slipwayd server, System.Text.Json.JsonElement session, string? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, session.GetProperty("logplex_url").GetString());
        request.Headers.Add("Accept", "text/event-stream");
        if (after is not null) request.Headers.Add("Last-Event-ID", after);
        using var answer = await server.Nobody.SendAsync(request);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        return (lines.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[(line.IndexOf("]: ", StringComparison.Ordinal) + 3)..]),
            lines.LastOrDefault(line => line.StartsWith("id: ", StringComparison.Ordinal))?["id: ".Length..]);
    }

    private IEnumerable<string> Texts(LogFilter filter) => Folder(filter).ReadLast(100).Select(line => line.ToString()["2026-01-01T00:00:00.000000+00:00 ".Length..]);

    private void Say(int second, string text) =>
        File.AppendAllText(Path.Combine(_folder, "platform.log"), $"{new LogLine(Start.AddSeconds(second), "stdout", false, text)}\n");

    private LogFolder Folder(LogFilter? filter = null) => new(_folder, filter ?? All);

    private void Write(string file, params int[] numbers) =>
        File.AppendAllLines(Path.Combine(_folder, file), numbers.Select(number => new LogLine(Start.AddSeconds(number), "stdout", false, number.ToString(CultureInfo.InvariantCulture)).ToString()));

    private static IEnumerable<int> Numbers(IEnumerable<SourcedLine> lines) => lines.Select(line => int.Parse(line.Text, CultureInfo.InvariantCulture));
}
