using Slipway.Contracts.Errors;

namespace Slipway.Control.Tests.Builds;

/// <summary>Sources that name the buildpacks they are built with.</summary>
public sealed class BuildpackPreflightTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private BuildpackPreflightTests With(string name, string content = "")
    {
        _folder.File(name, content);
        return this;
    }

    private SlipwayError Refused() => Assert.Throws<SlipwayException>(() => Planned.Of(_folder)).Error;

    [Fact]
    public void Who_names_buildpacks_means_them_whatever_else_is_there()
    {
        With("manage.py", "import django").With("tools/pack/bin/detect").With(".buildpacks", "# first\nhttps://example.org/a.git#v2\n\n./tools/pack/\n");
        var planned = Planned.Of(_folder);
        Assert.Equal("buildpacks", planned.Kind.Name);
        Assert.Equal("https://example.org/a.git#v2\n./tools/pack", planned.Detail("buildpacks"));
        Assert.Contains(planned.Decisions, line => line.StartsWith("Not python, though there is manage.py", StringComparison.Ordinal));
    }

    [Fact]
    public void App_json_names_them_too_and_herokus_own_are_slipways_kinds()
    {
        With("index.php").With("app.json", """{ "buildpacks": [ { "url": "https://example.org/x.git" } ] }""");
        Assert.Equal("https://example.org/x.git", Planned.Of(_folder).Detail("buildpacks"));
        With("app.json", """{ "buildpacks": [ { "url": "heroku/php" } ] }""");
        Assert.Equal("php", Planned.Of(_folder).Kind.Name);
        With("app.json", """{ "name": "no buildpacks" }""");
        Assert.Equal("php", Planned.Of(_folder).Kind.Name);
    }

    [Theory]
    [InlineData("heroku/ruby\nhttps://example.org/x.git")]
    [InlineData("https://example.org/x.git\n../outside")]
    [InlineData("https://example.org/x.git\n./missing")]
    [InlineData("https://example.org/x.git\n--upload-pack=evil")]
    [InlineData("https://example.org/x.git\nfile:///etc")]
    public void What_is_no_buildpack_is_named(string list)
    {
        With(".buildpacks", list);
        Assert.Equal("buildpack_unknown", Refused().Id);
    }
}
