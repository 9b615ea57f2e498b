using System.Text;
using System.Text.Json;
using Slipway.Contracts.Api;
using Slipway.Control.Errors;

namespace Slipway.Control.Tests.Errors;

/// <summary>What SDKs send, and what others send who mean no good.</summary>
public sealed class EnvelopeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Items_are_as_long_as_they_say_or_end_with_their_line()
    {
        var envelope = Parse("{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\",\"dsn\":\"http://k@10.83.0.1:7079/1\"}\n"
            + "{\"type\":\"attachment\",\"length\":10,\"filename\":\"x\"}\n\n{\"a\":\n\n}\n\n"
            + "{\"type\":\"event\"}\n{\"message\":\"x\"}\n"
            + "{\"type\":\"session\",\"length\":2,\"future\":[1,{}]}\n{}\n");
        Assert.Equal("http://k@10.83.0.1:7079/1", envelope.Dsn);
        Assert.Equal(["attachment", "event", "session"], envelope.Items.Select(item => item.Type));
        Assert.Equal("{\"message\":\"x\"}", Encoding.UTF8.GetString(envelope.Items[1].Payload.Span));
        Assert.Equal("{}", Encoding.UTF8.GetString(envelope.Items[2].Payload.Span));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{}\n")]
    [InlineData("{}\r\n{\"type\":\"session\",\"length\":0}\r\n")]
    [InlineData("{}\n{\"type\":\"event\",\"length\":0}\n")]
    [InlineData("{}\n{\"length\":null}\nx")]
    public void What_is_short_is_understood(string body) => Assert.InRange(Parse(body).Items.Count, 0, 1);

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("no json")]
    [InlineData("[]\n{\"type\":\"event\"}\n{}")]
    [InlineData("{}\nno json\n{}")]
    [InlineData("{}\n{\"type\":\"event\",\"length\":-1}\n{}")]
    [InlineData("{}\n{\"type\":\"event\",\"length\":3}\n{}")]
    [InlineData("{}\n{\"type\":\"event\",\"length\":1}\n{}")]
    [InlineData("{}\n{\"type\":\"event\",\"length\":99999999999}\n{}")]
    [InlineData("{}\n{\"type\":\"event\",\"length\":\"2\"}\n{}")]
    [InlineData("{}\n{\"type\":\"event\",\"length\":1.5}\n{}")]
    public void What_is_none_is_refused(string body) => Assert.Throws<EnvelopeException>(() => Parse(body));

    [Fact]
    public void Headers_and_items_without_end_are_refused()
    {
        Assert.Throws<EnvelopeException>(() => Parse($"{{\"x\":\"{new string('x', 20_000)}\"}}\n"));
        Assert.Throws<EnvelopeException>(() => Parse("{}\n" + string.Concat(Enumerable.Repeat("{\"type\":\"x\"}\n{}\n", 101))));
        Assert.Throws<EnvelopeException>(() => Parse(new string('[', 10_000)));
    }

    [Fact]
    public void An_event_keeps_what_tells_something()
    {
        var sent = Event("""
            {"event_id": "9ec79c33ec9942ab8353589fcb2e04dc", "timestamp": "2026-11-29T11:59:58.5Z", "platform": "python", "level": "fatal", "release": "v3", "environment": "staging", "server_name": "web.1",
             "exception": {"values": [
               {"type": "KeyError", "value": "'a'"},
               {"type": "ValueError", "value": "bad", "stacktrace": {"frames": [
                 {"abs_path": "/venv/lib/python3.13/site-packages/django/core/handlers/base.py", "module": "django.core.handlers.base", "function": "get", "lineno": 9, "in_app": false},
                 {"abs_path": "/app/blog/views.py", "filename": "blog/views.py", "module": "blog.views", "function": "show", "lineno": 12, "in_app": true,
                  "pre_context": ["a", "b"], "context_line": "raise ValueError('bad')", "post_context": ["c"], "vars": {"n": "3", "request": {"user": "ada", "Password": "pw1"}, "api_token": "abc"}}]}}]},
             "request": {"method": "POST", "url": "http://blog.localhost/a?x=1", "query_string": "x=1&token=t0", "headers": {"Authorization": "Bearer abc", "Cookie": "sessionid=1", "Accept": "*/*"}, "data": {"title": "x", "password": "pw2"}},
             "user": {"id": 7, "email": "ada@example.org"}, "tags": [["a", "b"]], "extra": {"sys.argv": ["gunicorn"]},
             "breadcrumbs": {"values": [{"timestamp": 1796000000.25, "category": "query", "message": "SELECT 1", "data": {"secret_answer": "fish"}}]},
             "fingerprint": ["{{ default }}", 7]}
            """);
        var one = sent.Occurrence;
        Assert.Equal((Guid.Parse("9ec79c33ec9942ab8353589fcb2e04dc"), Now.AddSeconds(-1.5), "fatal", "v3", "staging", "web.1"), (one.Id, one.At, one.Level, one.Release, one.Environment, one.Instance));
        Assert.Equal(["KeyError", "ValueError"], one.Exceptions.Select(raised => raised.Type));
        var frame = one.Exceptions[1].Frames[1];
        Assert.Equal(("/app/blog/views.py", "blog.views", "show", 12, true, "raise ValueError('bad')"), (frame.File, frame.Module, frame.Function, frame.Line, frame.InApp, frame.Code));
        Assert.Equal(("3", "{user: ada, Password: ••••}", "••••"), (frame.Variables["n"], frame.Variables["request"], frame.Variables["api_token"]));
        Assert.Equal(("POST", "x=1&token=••••", "{title: x, password: ••••}"), (one.Request!.Method, one.Request.Query, one.Request.Body));
        Assert.Equal(("••••", "••••", "*/*"), (one.Request.Headers["Authorization"], one.Request.Headers["Cookie"], one.Request.Headers["Accept"]));
        Assert.Equal(("7", "b", "[gunicorn]"), (one.User["id"], one.Tags["a"], one.Extra["sys.argv"]));
        Assert.Equal(("query", "SELECT 1", "{secret_answer: ••••}"), (one.Breadcrumbs[0].Category, one.Breadcrumbs[0].Message, one.Breadcrumbs[0].Data));
        Assert.Equal(["{{ default }}", "7"], sent.Fingerprint);
    }

    [Theory]
    [InlineData("password=hunter2&next=1", "password=••••&next=1")]
    [InlineData("""{"csrfmiddlewaretoken": "abc", "author": "ada"}""", """{"csrfmiddlewaretoken": "••••", "author": "ada"}""")]
    [InlineData("Authorization: Bearer abc.def", "Authorization: Bearer ••••")]
    [InlineData("could not connect to redis://:s3cret@10.0.0.1:6379/0", "could not connect to redis://:••••@10.0.0.1:6379/0")]
    [InlineData("a = 1, passenger: 2", "a = 1, passenger: 2")]
    public void Secrets_are_taken_out_of_texts_by_their_names(string text, string left) => Assert.Equal(left, SecretKeys.TakeOut(text));

    [Theory]
    [InlineData("""{"exception": 7, "request": "x", "user": [], "tags": {"a": null}, "breadcrumbs": "no", "timestamp": 1e300, "event_id": {}, "level": 4, "fingerprint": {"a": 1}}""")]
    [InlineData("""{"exception": {"values": [1, null, {"stacktrace": {"frames": [1, {"lineno": "x", "vars": 3, "pre_context": {}, "function": []}]}}]}}""")]
    [InlineData("""{"exception": {"values": {"a": 1}}, "message": {"formatted": 3}, "timestamp": "tomorrow", "tags": [["a"], 4, ["a", "b", "c"]]}""")]
    [InlineData("""{"message": "\ud800", "logentry": {"message": "x %s", "params": [1]}}""")]
    [InlineData("{}")]
    public void Any_types_will_do(string json)
    {
        try
        {
            var sent = Event(json);
            Assert.Equal(Now, sent.Occurrence.At);
            Assert.Equal(64, Grouping.FingerprintOf(sent.Occurrence, sent.Fingerprint).Length);
            Assert.NotEmpty(Grouping.TitleOf(sent.Occurrence));
            Grouping.CulpritOf(sent.Occurrence);
        }
        catch (EnvelopeException)
        {
            Assert.Contains("\\ud800", json, StringComparison.Ordinal); // what is not Unicode may be refused
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("")]
    [InlineData("{\"a\":")]
    public void What_is_no_object_is_refused(string json) => Assert.Throws<EnvelopeException>(() => Event(json));

    [Fact]
    public void What_nests_too_deep_is_refused() => Assert.Throws<EnvelopeException>(() => Event("{\"extra\":" + new string('[', 500) + new string(']', 500) + "}"));

    [Fact]
    public void Whatever_is_sent_little_is_kept()
    {
        var long1 = new string('x', 50_000);
        var frames = Enumerable.Range(0, 100).Select(at => new { filename = "/app/a.py", function = $"f{at}", lineno = at, in_app = true, context_line = long1[..300], vars = Enumerable.Range(0, 45).ToDictionary(n => $"v{n}", _ => long1[..600]) });
        var sent = Event(JsonSerializer.Serialize(new
        {
            exception = new { values = Enumerable.Range(0, 9).Select(_ => new { type = long1, value = long1, stacktrace = new { frames } }) },
            breadcrumbs = new { values = Enumerable.Range(0, 500).Select(_ => new { message = long1 }) },
            tags = Enumerable.Range(0, 500).ToDictionary(n => $"t{n}", _ => long1),
        }));
        var one = sent.Occurrence;
        Assert.Equal((8, 60, 50, 40), (one.Exceptions.Count, one.Exceptions[0].Frames.Count, one.Breadcrumbs.Count, one.Tags.Count));
        Assert.Equal(("f0", "f99"), (one.Exceptions[0].Frames[0].Function, one.Exceptions[0].Frames[^1].Function));
        var slim = Slimming.Fit(one);
        Assert.InRange(Slimming.Write(slim).Length, 100, Slimming.MaxBytes);
        Assert.Equal("f99", slim.Exceptions[^1].Frames[^1].Function);
    }

    [Theory]
    [InlineData("""{"discarded_events": [{"reason": "ratelimit_backoff", "category": "error", "quantity": 12}, {"reason": "sample_rate", "category": "error", "quantity": 5}, {"reason": "ratelimit_backoff", "category": "transaction", "quantity": 9}]}""", 12)]
    [InlineData("""{"discarded_events": [{"reason": "queue_overflow", "category": "error", "quantity": 99999999999}]}""", 1_000_000)]
    [InlineData("""{"discarded_events": [1, {"reason": 1}, {"reason": "ratelimit_backoff", "category": "error", "quantity": -5}]}""", 0)]
    [InlineData("[]", 0)]
    [InlineData("no json", 0)]
    public void What_an_sdk_held_back_is_counted(string report, long count) => Assert.Equal(count, ClientReport.CountOf(Encoding.UTF8.GetBytes(report)));

    private static Envelope Parse(string body) => Envelope.Parse(Encoding.UTF8.GetBytes(body));

    private static SentEvent Event(string json) => SentEvent.Parse(Encoding.UTF8.GetBytes(json), Now);
}
