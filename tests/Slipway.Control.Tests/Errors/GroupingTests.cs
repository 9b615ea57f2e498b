using Slipway.Contracts.Api;
using Slipway.Control.Errors;

namespace Slipway.Control.Tests.Errors;

public sealed class GroupingTests
{
    private static readonly ErrorFrame Handler = Frame("/venv/lib/python3.13/site-packages/django/core/handlers/base.py", "get_response", 181);
    private static readonly ErrorFrame View = Frame("/app/blog/views.py", "show", 12);

    [Fact]
    public void One_type_along_one_path_of_the_apps_own_code_is_one_error()
    {
        var one = Raised("ValueError", "3 is bad", Handler, View);
        Assert.Equal(Print(one), Print(Raised("ValueError", "4 is worse", View with { Line = 99 })));
        Assert.Equal(Print(one), Print(Raised("ValueError", "", Handler, View, View, View)));
        Assert.NotEqual(Print(one), Print(Raised("KeyError", "3 is bad", Handler, View)));
        Assert.NotEqual(Print(one), Print(Raised("ValueError", "3 is bad", Handler, View with { Function = "edit" })));
        Assert.NotEqual(Print(one), Print(Raised("ValueError", "3 is bad", Handler, View, Frame("/app/blog/models.py", "save", 3))));
        Assert.Equal(("ValueError: 3 is bad", "blog.views in show"), (Grouping.TitleOf(one), Grouping.CulpritOf(one)));
    }

    [Fact]
    public void Sdk_and_log_mean_the_same_error() =>
        Assert.Equal(Print(Raised("ValueError", "x", Handler, View)), Print(Raised("ValueError", "x", View with { Module = "blog.views", File = "/app/blog/views.py" }) with { Origin = ErrorOrigin.Log }));

    [Fact]
    public void Without_code_of_the_apps_own_the_innermost_frames_count_and_without_any_the_message()
    {
        Assert.NotEqual(Print(Raised("ValueError", "x", Handler)), Print(Raised("ValueError", "x", Handler with { Function = "other" })));
        Assert.Equal(Print(Raised("ValueError", "row 12 of 0x7f00aa")), Print(Raised("ValueError", "row 7 of 0x11")));
        Assert.NotEqual(Print(Raised("ValueError", "row")), Print(Raised("ValueError", "column")));
    }

    [Fact]
    public void Messages_are_one_their_numbers_and_identifiers_aside()
    {
        Assert.Equal(Print(Said("order 17 of 9ec79c33-ec99-42ab-8353-589fcb2e04dc failed\nmore")), Print(Said("order 4 of 11111111-2222-3333-4444-555555555555 failed")));
        Assert.NotEqual(Print(Said("order failed")), Print(Said("payment failed")));
    }

    [Fact]
    public void The_app_may_say_what_is_the_same()
    {
        var (one, other) = (Raised("ValueError", "x", View), Raised("KeyError", "y", Handler));
        Assert.Equal(Print(one, "database"), Print(other, "database"));
        Assert.NotEqual(Print(one, "{{ default }}", "database"), Print(other, "{{ default }}", "database"));
        Assert.NotEqual(Print(one, "{{ default }}", "database"), Print(one));
        Assert.Equal(Print(one, "{{ default }}"), Print(one));
    }

    [Fact]
    public void A_node_frame_is_known_by_its_file()
    {
        var one = Raised("TypeError", "x", new ErrorFrame("/app/src/server.js", null, "handle", 3, true, [], null, []));
        Assert.Equal("src/server.js in handle", Grouping.CulpritOf(one));
    }

    private static string Print(ErrorOccurrence one, params string[] said) => Grouping.FingerprintOf(one, said);

    private static ErrorFrame Frame(string file, string function, int line) => new(file, null, function, line, CodePlace.IsOwn(file), [], null, []);

    private static ErrorOccurrence Raised(string type, string message, params ErrorFrame[] frames) => new(Guid.NewGuid(), default) { Exceptions = [new ErrorException(type, message, frames)] };

    private static ErrorOccurrence Said(string message) => new(Guid.NewGuid(), default) { Message = message };
}
