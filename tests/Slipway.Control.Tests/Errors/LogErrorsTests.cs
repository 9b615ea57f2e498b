using Slipway.Contracts.Api;
using Slipway.Control.Errors;
using Slipway.Control.Logs;

namespace Slipway.Control.Tests.Errors;

/// <summary>What apps write to their logs without an SDK, and what the router does; each failure is one error.</summary>
public sealed class LogErrorsTests
{
    private const long App = 7;
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Django =
    [
        "Internal Server Error: /boom/",
        "Traceback (most recent call last):",
        "  File \"/venv/lib/python3.13/site-packages/django/core/handlers/exception.py\", line 55, in inner",
        "    response = get_response(request)",
        "               ^^^^^^^^^^^^^^^^^^^^^",
        "  File \"/app/blog/views.py\", line 12, in show",
        "    return 1 / 0",
        "           ~~^~~",
        "ZeroDivisionError: division by zero",
    ];

    private readonly ErrorActivity _activity = new();
    private readonly ErrorQueue _queue = new();
    private readonly LogErrors _log;
    private DateTimeOffset _now = Start;

    public LogErrorsTests() => _log = new LogErrors(App, _activity, _queue);

    [Fact]
    public void A_traceback_in_the_log_is_an_error_with_its_request_and_its_500_is_not_another()
    {
        var one = Assert.Single(Read([.. Django, "[INFO] next"], "web.1", [Router("GET", "/boom/", 500)]));
        Assert.Equal((ErrorOrigin.Log, "python", "web.1", "/boom/"), (one.Origin, one.Platform, one.Instance, one.Request!.Url));
        var raised = Assert.Single(one.Exceptions);
        Assert.Equal(("ZeroDivisionError", "division by zero"), (raised.Type, raised.Message));
        Assert.Equal([("django.core.handlers.exception", "inner", false), ("blog.views", "show", true)], raised.Frames.Select(frame => (frame.Module, frame.Function, frame.InApp)));
        Assert.Equal(("return 1 / 0", 12), (raised.Frames[1].Code, raised.Frames[1].Line));
    }

    [Fact]
    public void A_traceback_that_comes_in_pieces_and_among_those_of_others_is_whole()
    {
        Assert.Empty(Look(Lines("web.1", Django[..4])));
        Assert.Empty(Look(Lines("web.2", Django[..6])));
        Assert.Empty(Look(Lines("web.1", Django[4..])));
        Assert.Empty(Look(Lines("web.2", Django[6..])));
        Assert.Equal(["web.1", "web.2"], Later().Select(one => one.Instance).Order());
    }

    [Fact]
    public void What_led_to_an_exception_belongs_to_it()
    {
        string[] lines =
        [
            "Traceback (most recent call last):", "  File \"/app/a.py\", line 1, in f", "    x()", "KeyError: 'a'", "",
            "During handling of the above exception, another exception occurred:", "",
            "Traceback (most recent call last):", "  File \"/app/a.py\", line 3, in g", "    y()", "RuntimeError: first line", "  second line",
        ];
        var one = Assert.Single(Read(lines, "worker.1"));
        Assert.Equal([("KeyError", "'a'"), ("RuntimeError", "first line\n  second line")], one.Exceptions.Select(raised => (raised.Type, raised.Message)));
    }

    [Fact]
    public void Two_in_a_row_are_two() => Assert.Equal(2, Read([.. Django, .. Django[1..]], "web.1").Count);

    [Fact]
    public void An_uncaught_exception_of_node_has_its_frames_innermost_last()
    {
        string[] lines =
        [
            "/app/server.js:12", "    throw new TypeError('x is undefined');", "    ^", "",
            "TypeError: x is undefined", "    at handle (/app/server.js:12:11)", "    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)", "    at node:internal/main/run_main_module:23:47", "", "Node.js v20.19.2",
        ];
        var raised = Assert.Single(Assert.Single(Read(lines, "web.1")).Exceptions);
        Assert.Equal(("TypeError", "x is undefined"), (raised.Type, raised.Message));
        Assert.Equal([("node:internal/main/run_main_module", null, false), ("/app/node_modules/express/lib/router/layer.js", "Layer.handle", false), ("/app/server.js", "handle", true)],
            raised.Frames.Select(frame => (frame.File, frame.Function, frame.InApp)));
    }

    [Fact]
    public void An_uncaught_exception_of_php_too()
    {
        string[] lines =
        [
            "[29-Nov-2026 12:00:00 UTC] PHP Fatal error:  Uncaught RuntimeException: no ships in /app/index.php:3", "Stack trace:", "#0 /app/index.php(8): load(Array)", "#1 {main}", "  thrown in /app/index.php on line 3",
        ];
        var raised = Assert.Single(Assert.Single(Read(lines, "web.1")).Exceptions);
        Assert.Equal(("RuntimeException", "no ships"), (raised.Type, raised.Message));
        Assert.Equal([("/app/index.php", null, 8), ("/app/index.php", "load", 3)], raised.Frames.Select(frame => (frame.File, frame.Function, frame.Line)));
    }

    [Fact]
    public void An_answer_that_nothing_explains_is_an_error_of_its_own()
    {
        var found = Read([], "web.1", [Router("GET", "/orders/17?token=abc", 500), Router("GET", "/slow", 503, "H12", "Request timeout"), Router("GET", "/", 503, "H80", "Maintenance mode"), Router("GET", "/", 404), Router("GET", "/", 200)]);
        Assert.Equal([("HTTP 500", "GET /orders/*", "The app answered with 500"), ("H12", "GET /slow", "H12: Request timeout")],
            found.Select(one => (Grouping.TypeOf(one), Grouping.CulpritOf(one), Grouping.TitleOf(one))));
        Assert.Equal("/orders/17", found[0].Request!.Url);
        Assert.Equal(Grouping.FingerprintOf(found[0], []), Grouping.FingerprintOf(Assert.Single(Read([], "web.1", [Router("GET", "/orders/4", 500)])), []));
    }

    [Fact]
    public void Each_exception_explains_one_answer()
    {
        var found = Read(Django, "web.1", [Router("GET", "/boom/", 500), Router("GET", "/boom/", 500)]);
        Assert.Equal([ErrorOrigin.Log, ErrorOrigin.Edge], found.Select(one => one.Origin));
    }

    [Fact]
    public void Where_an_sdk_tells_the_log_and_the_router_are_not_counted()
    {
        _activity.SdkSent(App, Start);
        _activity.Raised(App, ErrorOrigin.Sdk, Start);
        Assert.Empty(Read(Django, "web.1", [Router("GET", "/boom/", 500)]));

        // In the next ten minutes neither, also for an exception that the SDK kept to itself.
        _now = Start.AddMinutes(9);
        Assert.Empty(Read(Django, "web.1", [Router("GET", "/boom/", 500)]));
        _now = Start.AddMinutes(20);
        Assert.Single(Read(Django, "web.1", [Router("GET", "/boom/", 500)]));
    }

    [Fact]
    public void Of_a_storm_some_are_kept_and_all_are_counted_their_answers_too()
    {
        var found = Read(Enumerable.Repeat(Django, 3000).SelectMany(lines => lines), "web.1", Enumerable.Repeat(Router("GET", "/boom/", 500), 3000));
        Assert.Equal(500, found.Count);
        Assert.All(found, one => Assert.Equal(ErrorOrigin.Log, one.Origin));
        Assert.Equal(2500, _queue.TakeRefused()[App]);

        Assert.Equal(500, Read([], "web.1", Enumerable.Repeat(Router("GET", "/slow", 503, "H12"), 700)).Count);
        Assert.Equal(200, _queue.TakeRefused()[App]);
    }

    [Fact]
    public void An_sdk_that_speaks_up_a_little_later_than_the_log_is_believed()
    {
        Assert.Empty(Look(Lines("web.1", Django)));
        _activity.SdkSent(App, _now.AddSeconds(1));
        Assert.Empty(Later());
    }

    [Theory]
    [InlineData("KeyboardInterrupt")]
    [InlineData("SystemExit: 1")]
    public void Who_ends_on_purpose_has_not_failed(string end) => Assert.Empty(Read(["Traceback (most recent call last):", "  File \"/app/a.py\", line 1, in f", "    x()", end], "web.1"));

    [Fact]
    public void What_only_looks_alike_is_none()
    {
        Assert.Empty(Read(["Traceback (most recent call last):", "no frames here", "at least: one"], "web.1"));
        Assert.Empty(Read(["  at lunch", "Some Error:", "    at the harbour"], "web.1"));
        Assert.Empty(Read([.. Enumerable.Repeat("Traceback (most recent call last):", 3000)], "web.1"));
    }

    private List<ErrorOccurrence> Read(IEnumerable<string> lines, string instance, IEnumerable<string>? router = null) =>
        [.. Look([.. Lines(instance, lines), .. Lines(SourcedLine.Router, router ?? [])]), .. Later()];

    private IReadOnlyList<ErrorOccurrence> Look(IEnumerable<SourcedLine> lines)
    {
        foreach (var line in lines) _log.Add(line);
        return _log.Take(_now);
    }

    private List<ErrorOccurrence> Later()
    {
        _now = _now.AddSeconds(3);
        var found = _log.Take(_now);
        _now = _now.AddSeconds(3);
        return [.. found, .. _log.Take(_now)];
    }

    private IEnumerable<SourcedLine> Lines(string origin, IEnumerable<string> lines) => lines.Select(line => SourcedLine.Of(_now, origin, line)).ToList();

    private static string Router(string method, string path, int status, string? code = null, string? description = null) =>
        $"at={(code is null ? "info" : "error")} {(code is null ? "" : $"code={code} desc=\"{description}\" ")}method={method} path=\"{path}\" host=blog.localhost request_id=x fwd=\"127.0.0.1\" dyno=web.1 connect=0ms service=4ms status={status} bytes=7 protocol=http";
}
