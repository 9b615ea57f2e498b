using Slipway.Contracts.Errors;
using Slipway.Control.Setups;

namespace Slipway.Control.Tests.Setups;

/// <summary>Addresses as buttons in READMEs have them.</summary>
public sealed class TemplateAddressTests
{
    [Theory]
    [InlineData("https://github.com/ada/blog", "https://github.com/ada/blog.git", null)]
    [InlineData("https://github.com/ada/blog/", "https://github.com/ada/blog.git", null)]
    [InlineData("https://github.com/ada/blog/tree/main", "https://github.com/ada/blog.git", "main")]
    [InlineData("https://github.com/ada/blog/tree/feature/new-door", "https://github.com/ada/blog.git", "feature/new-door")]
    [InlineData("https://codeberg.org/ada/blog/src/branch/main", "https://codeberg.org/ada/blog.git", "main")]
    [InlineData("https://gitlab.com/group/sub/blog/-/tree/main", "https://gitlab.com/group/sub/blog.git", "main")]
    [InlineData("https://git.example.org/blog.git", "https://git.example.org/blog.git", null)]
    [InlineData("https://git.example.org/blog.git#dev", "https://git.example.org/blog.git", "dev")]
    [InlineData("http://localhost:8000/deep/down/blog.git", "http://localhost:8000/deep/down/blog.git", null)]
    public void A_page_about_a_repository_leads_to_it(string address, string url, string? branch)
    {
        var source = TemplateAddress.Parse(address);
        Assert.Equal((url, branch, true), (source.Url.ToString(), source.Branch, source.IsRepository));
    }

    [Theory]
    [InlineData("https://github.com/ada/blog/tarball/master/")]
    [InlineData("https://github.com/ada/blog/archive/main.tar.gz")]
    [InlineData("https://example.org/files/blog.zip")]
    [InlineData("https://example.org/blog.tgz")]
    [InlineData("https://example.org/a/download?file=blog.tar")]
    public void An_archive_is_taken_as_it_is(string address)
    {
        var source = TemplateAddress.Parse(address);
        Assert.Equal((address, false), (source.Url.ToString(), source.IsRepository));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("blog")]
    [InlineData("/etc/passwd")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ssh://git@github.com/ada/blog.git")]
    [InlineData("ext::sh -c id")]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://github.com/ada/blog/tree/--upload-pack=id")]
    [InlineData("https://github.com/ada/blog#../../x")]
    public void Anything_else_is_refused(string? address) =>
        Assert.Equal("source_url_invalid", Assert.Throws<SlipwayException>(() => TemplateAddress.Parse(address)).Error.Id);
}
