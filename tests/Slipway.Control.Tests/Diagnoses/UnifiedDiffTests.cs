using Slipway.Control.Diagnoses;

namespace Slipway.Control.Tests.Diagnoses;

public sealed class UnifiedDiffTests
{
    [Fact]
    public void A_line_in_the_middle_is_shown_with_three_around_it() => Assert.Equal(
        ["--- a/f", "+++ b/f", "@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"],
        UnifiedDiff.Of("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"));

    [Fact]
    public void A_line_at_the_end_and_a_new_file()
    {
        Assert.Equal(["--- a/f", "+++ b/f", "@@ -1,1 +1,2 @@", " a", "+b"], UnifiedDiff.Of("f", "a\n", "a\nb\n"));
        Assert.Equal(["--- /dev/null", "+++ b/f", "@@ -0,0 +1,1 @@", "+a"], UnifiedDiff.Of("f", null, "a\n"));
    }

    [Fact]
    public void Line_ends_of_windows_are_seen() =>
        Assert.Equal(["-a\\r", "+a"], UnifiedDiff.Of("f", "a\r\n", "a\n").Skip(3));
}
