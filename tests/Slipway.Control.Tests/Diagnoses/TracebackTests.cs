using Slipway.Control.Diagnoses;

namespace Slipway.Control.Tests.Diagnoses;

public sealed class TracebackTests
{
    [Fact]
    public void The_innermost_frame_of_the_apps_own_is_found_below_libraries_that_raised()
    {
        string[] log =
        [
            "[2026-01-01 00:00:00 +0000] [7] [ERROR] Exception in worker process",
            "Traceback (most recent call last):",
            "  File \"/venv/lib/python3.11/site-packages/gunicorn/util.py\", line 359, in import_app",
            "    mod = importlib.import_module(module)",
            "          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
            "  File \"/app/shop/settings.py\", line 12, in <module>",
            "    from missing import thing",
            "ModuleNotFoundError: No module named 'missing'",
            "[2026-01-01 00:00:00 +0000] [7] [INFO] Worker exiting (pid: 7)",
        ];
        var one = Assert.Single(Traceback.In(log, "site"));
        Assert.Equal(("ModuleNotFoundError", "No module named 'missing'"), (one.Type, one.Message));
        Assert.Equal(("site/shop/settings.py", 12, "from missing import thing"), (one.Own!.Path, one.Own.Line, one.Own.Code));
        Assert.Equal(7, one.Lines.Count);
    }

    [Fact]
    public void Chained_tracebacks_are_each_found_and_a_message_goes_on_where_it_is_indented()
    {
        string[] log =
        [
            "Traceback (most recent call last):",
            "  File \"/app/a.py\", line 1, in <module>",
            "    connect()",
            "psycopg2.OperationalError: connection refused",
            "\tIs the server running?",
            "",
            "The above exception was the direct cause of the following exception:",
            "",
            "Traceback (most recent call last):",
            "  File \"/venv/lib/python3.11/site-packages/django/db/utils.py\", line 91, in __exit__",
            "    raise dj_exc_value",
            "django.db.utils.OperationalError",
        ];
        var found = Traceback.In(log, "");
        Assert.Equal([("OperationalError", "connection refused\nIs the server running?".Replace("\n", "\n\t")), ("OperationalError", "")], found.Select(one => (one.Type, one.Message)));
        Assert.Null(found[1].Own);
    }

    [Theory]
    [InlineData("Traceback (most recent call last):")]
    [InlineData("Traceback (most recent call last):", "  File \"/app/a.py\", line 1, in f")]
    [InlineData("No traceback at all", "ValueError: x")]
    public void What_is_cut_off_is_none(params string[] log) => Assert.Empty(Traceback.In(log, ""));
}
