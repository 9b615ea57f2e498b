using System.Net;
using Slipway.Contracts.Errors;
using Slipway.Control.Remotes;

namespace Slipway.Control.Tests.Remotes;

public sealed class RemoteSourceTests
{
    [Theory]
    [InlineData("https://example.org/app.tar.gz", false, null)]
    [InlineData("https://github.com/ada/blog/archive/main.tar.gz?x=1", false, null)]
    [InlineData("https://github.com/ada/blog.git", true, null)]
    [InlineData("https://github.com/ada/blog.git#feature/one", true, "feature/one")]
    [InlineData("http://git.example.org/blog#live", true, "live")]
    public void An_address_says_what_it_is(string url, bool isRepository, string? branch)
    {
        var source = RemoteSource.Parse(new Uri(url));
        Assert.Equal((isRepository, branch, (string?)null), (source.IsRepository, source.Branch, source.Credentials));
        Assert.Equal("", source.Url.Fragment);
    }

    [Fact]
    public void Credentials_are_taken_out_of_what_is_shown()
    {
        var source = RemoteSource.Parse(new Uri("https://ada:s%40cret@example.org/blog.git"));
        Assert.Equal("ada:s@cret", source.Credentials);
        Assert.Equal("https://example.org/blog.git", source.Url.ToString());
    }

    [Theory]
    [InlineData("ftp://example.org/x.tar")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ssh://git@example.org/x.git")]
    [InlineData("https://example.org/x.git#--upload-pack=evil")]
    [InlineData("https://example.org/x.git#a..b")]
    [InlineData("https://example.org/x.git#a%20b")]
    [InlineData("https://example.org/x.git#a%0Ab")]
    public void What_is_none_is_refused(string url) =>
        Assert.Equal("source_url_invalid", Assert.Throws<SlipwayException>(() => RemoteSource.Parse(new Uri(url))).Error.Id);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2a00:1450:4001:800::200e", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_the_internets_addresses_are_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));
}
