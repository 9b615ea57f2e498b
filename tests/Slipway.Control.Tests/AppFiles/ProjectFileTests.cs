using Slipway.Control.AppFiles;

namespace Slipway.Control.Tests.AppFiles;

/// <summary>project.toml of existing repositories.</summary>
public sealed class ProjectFileTests
{
    [Fact]
    public void The_build_gets_its_variables_and_the_rest_is_told()
    {
        var file = ProjectFile.Parse("""
            [_]
            schema-version = "0.2"
            id = "org.example.shop"

            [_.metadata]
            owner = "ada"

            [io.buildpacks]
            builder = "heroku/builder:24"
            exclude = ["docs"]

            [[io.buildpacks.group]]
            id = "heroku/python"

            [[io.buildpacks.build.env]]
            name = "NPM_CONFIG_PRODUCTION"
            value = "false"

            [com.salesforce.buildpacks.web]
            x = "1"
            """)!;
        Assert.Equal("false", file.BuildEnv["NPM_CONFIG_PRODUCTION"]);
        Assert.Equal(["io.buildpacks.builder", "io.buildpacks.exclude", "io.buildpacks.group", "com.salesforce"], file.Ignored);
    }

    [Fact]
    public void The_older_schema_is_read_too()
    {
        var file = ProjectFile.Parse("""
            [project]
            id = "shop"

            [build]
            include = ["src"]

            [[build.buildpacks]]
            id = "heroku/python"

            [[build.env]]
            name = "A"
            value = "1"

            [[build.env]]
            name = "not a key"
            value = "2"
            """)!;
        Assert.Equal(["A"], file.BuildEnv.Keys);
        Assert.Equal(["build.include", "build.buildpacks"], file.Ignored);
    }

    [Fact]
    public void What_is_no_TOML_is_left_alone() => Assert.Null(ProjectFile.Parse("[oops"));
}
