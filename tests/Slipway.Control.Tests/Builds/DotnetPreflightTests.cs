using Slipway.Contracts.Errors;

namespace Slipway.Control.Tests.Builds;

/// <summary>ASP.NET Core sources, by their project files.</summary>
public sealed class DotnetPreflightTests : IDisposable
{
    private const string Web = """<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>""";
    private const string Library = """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Dapper" Version="2.1.0" /></ItemGroup></Project>""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DotnetPreflightTests With(string name, string content = "")
    {
        _folder.File(name, content);
        return this;
    }

    private SlipwayError Refused(params IEnumerable<(string, string)> config) => Assert.Throws<SlipwayException>(() => Planned.Of(_folder, config)).Error;

    [Fact]
    public void The_web_project_is_the_app_and_the_packages_of_all_projects_are_installed()
    {
        With("Shop.sln").With("src/Shop/Shop.csproj", Web).With("src/Core/Core.csproj", Library).With("Directory.Packages.props", "<Project />").With("src/Core/packages.lock.json", "{}");
        var planned = Planned.Of(_folder);
        Assert.Equal(("dotnet", "src/Shop/Shop.csproj"), (planned.Kind.Name, planned.Detail("project")));
        Assert.Equal(["Directory.Packages.props", "src/Core/Core.csproj", "src/Core/packages.lock.json", "src/Shop/Shop.csproj"], planned.Dependencies.Files);
        Assert.Equal("Shop.csproj", Planned.Of(_folder, ("PROJECT_PATH", "src/Shop")).Detail("project"));
    }

    [Fact]
    public void Without_packages_nothing_is_installed()
    {
        With("Shop.csproj", Web);
        Assert.Null(Planned.Of(_folder).Plan.Dependencies);
    }

    [Fact]
    public void A_library_or_a_tool_is_no_app()
    {
        With("Core.csproj", Library);
        Assert.Equal("unknown_app", Refused().Id);
        Assert.Equal("project_missing", Refused(("PROJECT_KIND", "dotnet")).Id);
    }

    [Fact]
    public void Several_web_projects_are_named()
    {
        With("a/A.csproj", Web).With("b/B.csproj", Web);
        var error = Refused();
        Assert.Equal("several_projects", error.Id);
        Assert.Contains("PROJECT_PATH=a", error.Next);
        Assert.Equal("B.csproj", Planned.Of(_folder, ("PROJECT_PATH", "b")).Detail("project"));
    }

    [Theory]
    [InlineData("net10.0", ".NET 10, as Shop.csproj asks")]
    [InlineData("net8.0", ".NET 10 runs it, though Shop.csproj asks for 8.0: the server has no other")]
    public void The_framework_that_it_is_for_is_compared_with_the_servers(string framework, string decision)
    {
        With("Shop.csproj", Web.Replace("net10.0", framework));
        Assert.Contains(decision, Planned.Of(_folder).Decisions);
    }

    [Fact]
    public void A_newer_framework_and_a_broken_file_are_refused()
    {
        With("Shop.csproj", Web.Replace("net10.0", "net11.0"));
        Assert.Equal("dotnet_version_unavailable", Refused().Id);
        With("Core.csproj", "<Project>\n<oops");
        Assert.Contains(Refused().Evidence!, line => line.StartsWith("Core.csproj:2:", StringComparison.Ordinal));
    }
}
