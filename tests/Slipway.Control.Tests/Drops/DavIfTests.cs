using Slipway.Control.Drops.Dav;

namespace Slipway.Control.Tests.Drops;

/// <summary>The header If of WebDAV, as RFC 4918 has it.</summary>
public sealed class DavIfTests
{
    private static readonly DavLock Held = new("urn:uuid:1", "a.txt", false, false, null, TimeSpan.FromHours(1), DateTimeOffset.MaxValue);

    [Theory]
    [InlineData("", true)]
    [InlineData("(<urn:uuid:1>)", true)]
    [InlineData("(<urn:uuid:2>)", false)]
    [InlineData("(<urn:uuid:2>) (<urn:uuid:1>)", true)] // either list
    [InlineData("(<urn:uuid:1> [\"e1\"])", true)]
    [InlineData("(<urn:uuid:1> [\"e2\"])", false)] // all of a list
    [InlineData("(Not <urn:uuid:2>)", true)]
    [InlineData("(<urn:uuid:1> not [\"e1\"])", false)]
    [InlineData("<http://h/dav/app/a.txt> (<urn:uuid:1>)", true)]
    [InlineData("<http://h/dav/app/other.txt> (<urn:uuid:1>)", false)]
    [InlineData("<http://elsewhere/> (Not <urn:uuid:2>)", false)]
    public void It_holds_when_one_of_its_lists_does(string header, bool holds) =>
        Assert.Equal(holds, DavIf.Parse(header)!.Holds(StateOf));

    [Theory]
    [InlineData("(")]
    [InlineData("()")]
    [InlineData("(Not)")]
    [InlineData("(Not Not <urn:uuid:1>)")]
    [InlineData("<http://h/")]
    [InlineData("nonsense")]
    [InlineData("(<urn:uuid:1)")]
    public void What_cannot_be_read_is_said(string header) => Assert.Null(DavIf.Parse(header));

    [Fact]
    public void Tokens_that_must_not_hold_are_not_held() =>
        Assert.Equal(["urn:uuid:1"], DavIf.Parse("(<urn:uuid:1> Not <urn:uuid:2>)")!.Tokens);

    private static (IReadOnlyList<DavLock>, string?)? StateOf(string? url) => url switch
    {
        null or "http://h/dav/app/a.txt" => ([Held], "\"e1\""),
        "http://h/dav/app/other.txt" => ([], "\"e2\""),
        _ => null,
    };
}
