using Slipway.Control.Releases;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Releases;

public sealed class WantedScaleTests
{
    private static FormationRow Row(int quantity, string size = "standard") => new() { ProcessType = "worker", Quantity = quantity, Size = size };

    [Fact]
    public void Without_a_word_one_web_runs_and_none_of_any_other() =>
        Assert.Equal(((1, "standard"), (0, "standard")), (WantedScale.Of("web", null, null, null), WantedScale.Of("worker", null, null, null)));

    [Fact]
    public void A_new_process_type_begins_as_the_file_says() =>
        Assert.Equal((2, "small"), WantedScale.Of("worker", null, null, new WantedScale(2, "small")));

    [Fact]
    public void What_was_scaled_by_hand_stays_while_the_file_stays() =>
        Assert.Equal((5, "large"), WantedScale.Of("worker", Row(5, "large"), new WantedScale(2, "small"), new WantedScale(2, "small")));

    [Fact]
    public void A_change_in_the_file_holds_and_only_that_change() =>
        Assert.Equal((3, "large"), WantedScale.Of("worker", Row(5, "large"), new WantedScale(2, "small"), new WantedScale(3, "small")));

    [Fact]
    public void A_line_that_is_gone_changes_nothing() =>
        Assert.Equal((5, "large"), WantedScale.Of("worker", Row(5, "large"), new WantedScale(2, "small"), null));
}
