using Slipway.Contracts.Errors;
using Slipway.Control.Builds.Php;

namespace Slipway.Control.Tests.Builds;

/// <summary>PHP sources: what the world sees of them, and what they depend on.</summary>
public sealed class PhpPreflightTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private PhpPreflightTests With(string name, string content = "")
    {
        _folder.File(name, content);
        return this;
    }

    private SlipwayError Refused() => Assert.Throws<SlipwayException>(() => Planned.Of(_folder)).Error;

    [Theory]
    [InlineData("index.php", "")]
    [InlineData("public/index.php", "public")]
    [InlineData("web/index.php", "web")]
    public void The_document_root_is_where_the_index_is(string index, string root)
    {
        With(index).With("composer.json", "{}");
        Assert.Equal(root, Planned.Of(_folder).Detail("document_root"));
    }

    [Fact]
    public void An_index_above_beats_one_below_and_it_is_said()
    {
        With("index.php").With("public/index.php");
        var planned = Planned.Of(_folder);
        Assert.Equal("", planned.Detail("document_root"));
        Assert.Contains(planned.Decisions, line => line.Contains("not public"));
    }

    [Fact]
    public void Two_document_roots_are_for_the_user_to_choose_between_as_heroku_has_it()
    {
        With("public/index.php").With("web/index.php");
        Assert.Equal("several_document_roots", Refused().Id);
        With("Procfile", "web: vendor/bin/heroku-php-apache2 web/\nworker: php work.php\n");
        var planned = Planned.Of(_folder);
        Assert.Equal("web", planned.Detail("document_root"));
        Assert.Equal(["worker"], planned.ProcessTypes.Keys.Select(type => type.Value));
        With("Procfile", "web: heroku-php-apache2 nowhere/\n");
        Assert.Equal("document_root_missing", Refused().Id);
    }

    [Fact]
    public void A_web_line_that_starts_something_else_stays()
    {
        With("index.php").With("Procfile", "web: php -S 0.0.0.0:$PORT\n");
        Assert.Equal("php -S 0.0.0.0:$PORT", Assert.Single(Planned.Of(_folder).ProcessTypes).Value);
    }

    [Fact]
    public void Composer_installs_what_is_locked_and_nothing_where_there_is_nothing_to_install()
    {
        With("index.php").With("composer.json", """{ "require": { "php": "^8.1" } }""");
        Assert.Null(Planned.Of(_folder).Plan.Dependencies);
        // Whether an extension is there, Composer says.
        With("composer.json", """{ "require": { "php": "^8.1", "ext-json": "*" } }""");
        Assert.Equal(["composer.json"], Planned.Of(_folder).Dependencies.Files);
        With("composer.json", """{ "require": { "monolog/monolog": "^3" } }""");
        Assert.Equal(["composer.json"], Planned.Of(_folder).Dependencies.Files);
        With("composer.lock", "{}");
        var plan = Planned.Of(_folder).Dependencies;
        Assert.Equal(("composer.lock", false), (plan.File, plan.NeedsSource));
        Assert.Equal(["composer.json", "composer.lock"], plan.Files);
        With("vendor/autoload.php");
        Assert.Null(Planned.Of(_folder).Plan.Dependencies);
    }

    [Theory]
    [InlineData("""{ "require": { "a/b": "*" }, "repositories": [ { "type": "path", "url": "packages/*" } ] }""", true)]
    [InlineData("""{ "require": { "a/b": "*" }, "repositories": { "x": { "type": "artifact", "url": "zips" } } }""", true)]
    [InlineData("""{ "require": { "a/b": "*" }, "autoload": { "classmap": [ "database" ] } }""", true)]
    [InlineData("""{ "require": { "a/b": "*" }, "autoload": { "psr-4": { "App\\": "src/" } }, "repositories": [ { "type": "vcs", "url": "https://example.org/x.git" } ] }""", false)]
    public void The_source_takes_part_where_composer_looks_into_it(string manifest, bool needed)
    {
        With("index.php").With("composer.json", manifest);
        Assert.Equal(needed, Planned.Of(_folder).Dependencies.NeedsSource);
    }

    [Fact]
    public void A_php_that_is_not_there_and_a_broken_manifest_are_told_before_anything_runs()
    {
        With("index.php").With("composer.json", """{ "require": { "php": ">=8.4" } }""");
        Assert.Equal("php_version_unavailable", Refused().Id);
        With("composer.json", "{\n  broken");
        var error = Refused();
        Assert.Equal("invalid_composer_json", error.Id);
        Assert.StartsWith("composer.json:2:", error.Message);
    }

    [Theory]
    [InlineData("^8.1", true)]
    [InlineData("^7.4 || ^8.0", true)]
    [InlineData("^7.4|^8.2", true)]
    [InlineData(">=7.4 <9", true)]
    [InlineData(">=7.4,<8.2", false)]
    [InlineData("~8.1", true)]
    [InlineData("~8.1.0", false)]
    [InlineData("8.2.*", true)]
    [InlineData("8.1.*", false)]
    [InlineData("^8.3", false)]
    [InlineData("*", true)]
    [InlineData("!=8.2.36", false)]
    public void Constraints_mean_what_composer_means(string constraint, bool satisfied) =>
        Assert.Equal(satisfied, PhpVersions.Satisfies(constraint, new Version(8, 2, 36)));
}
