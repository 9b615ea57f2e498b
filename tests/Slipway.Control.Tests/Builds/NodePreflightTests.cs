using Slipway.Contracts.Errors;
using Slipway.Control.Builds.Node;

namespace Slipway.Control.Tests.Builds;

/// <summary>Node.js sources: what starts, what builds, what is installed.</summary>
public sealed class NodePreflightTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private NodePreflightTests With(string name, string content = "")
    {
        _folder.File(name, content);
        return this;
    }

    private SlipwayError Refused(params IEnumerable<(string, string)> config) => Assert.Throws<SlipwayException>(() => Planned.Of(_folder, config)).Error;

    [Fact]
    public void Scripts_say_what_starts_and_what_builds()
    {
        With("package.json", """{ "scripts": { "start": "node app.js", "build": "tsc" } }""");
        var planned = Planned.Of(_folder);
        Assert.Equal(("node app.js", "build"), (planned.Detail("start"), planned.Detail("build")));
        With("package.json", """{ "scripts": { "heroku-postbuild": "x", "build": "tsc" } }""").With("server.js");
        planned = Planned.Of(_folder);
        Assert.Equal(("node server.js", "heroku-postbuild"), (planned.Detail("start"), planned.Detail("build")));
        With("Procfile", "web: node other.js\n");
        Assert.Null(Planned.Of(_folder).Detail("start"));
    }

    [Fact]
    public void A_package_that_starts_nothing_is_told_when_it_is_chosen_to_be_run()
    {
        With("package.json", """{ "devDependencies": { "sass": "1" } }""");
        Assert.Equal("unknown_app", Refused().Id);
        Assert.Equal("nothing_to_start", Refused(("PROJECT_KIND", "node")).Id);
    }

    [Fact]
    public void What_is_locked_is_installed_and_a_lock_of_another_manager_is_refused()
    {
        With("package.json", """{ "scripts": { "start": "node app.js" }, "dependencies": { "express": "^4" } }""");
        Assert.Equal(["package.json"], Planned.Of(_folder).Dependencies.Files);
        With("yarn.lock");
        Assert.Equal("lock_file_unsupported", Refused().Id);
        With("package-lock.json", "{}").With(".npmrc", "registry=https://npm.example.org/\n");
        var plan = Planned.Of(_folder).Dependencies;
        Assert.Equal(("npm", "package-lock.json", false), (plan.Kind, plan.File, plan.NeedsSource));
        Assert.Equal(["package.json", "package-lock.json", ".npmrc"], plan.Files);
        Assert.Equal("no", plan.Inputs["development"]);
    }

    [Theory]
    [InlineData("""{ "scripts": { "start": "x" }, "dependencies": { "a": "file:./a" } }""")]
    [InlineData("""{ "scripts": { "start": "x" }, "dependencies": { "a": "1" }, "workspaces": [ "packages/*" ] }""")]
    public void The_source_takes_part_where_packages_are_folders_of_it(string manifest)
    {
        With("package.json", manifest);
        Assert.True(Planned.Of(_folder).Dependencies.NeedsSource);
    }

    [Fact]
    public void A_node_that_is_not_there_is_told_by_file()
    {
        With("package.json", """{ "scripts": { "start": "x" }, "engines": { "node": ">=22" } }""").With(".nvmrc", "v20.1\n");
        var error = Refused();
        Assert.Equal([".nvmrc", "package.json"], error.Evidence!.Select(line => line.Split(':')[0]));
        Assert.Contains("18.x", error.Next);
    }

    [Theory]
    [InlineData(">=16", true)]
    [InlineData("18.x", true)]
    [InlineData("v18", true)]
    [InlineData("^18.2.0 || >=20", true)]
    [InlineData("16 - 20", true)]
    [InlineData("12 - 16", false)]
    [InlineData(">=14 <18", false)]
    [InlineData("~18.20", true)]
    [InlineData("18.19.0", false)]
    [InlineData("20", false)]
    [InlineData(">18", false)]
    [InlineData("lts/*", true)]
    [InlineData("lts/hydrogen", true)]
    [InlineData("*", true)]
    public void Ranges_mean_what_npm_means(string range, bool satisfied) =>
        Assert.Equal(satisfied, NodeVersions.Satisfies(range, new Version(18, 20, 4)));
}
