using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>A minimal ASP.NET Core app, by its project file.</summary>
public sealed class DotnetStories(Platform platform)
{
    [Fact]
    public async Task A_minimal_app_is_published_and_keeps_its_keys_over_releases()
    {
        const string app = "dotnet-story";
        using var folder = Folder.Empty(app);
        folder.Write("Shop/Shop.csproj", """
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
            </Project>
            """);
        folder.Write("Shop/Program.cs", """
            using Microsoft.AspNetCore.DataProtection;
            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddDataProtection();
            var app = builder.Build();
            app.MapGet("/", (HttpRequest request) => $"first {request.Scheme} {Environment.GetEnvironmentVariable("SLIPWAY_RELEASE")}");
            app.MapGet("/seal", (IDataProtectionProvider keys) => keys.CreateProtector("story").Protect("kept"));
            app.MapGet("/open/{text}", (string text, IDataProtectionProvider keys) => keys.CreateProtector("story").Unprotect(text));
            app.Run();
            """);
        using var site = platform.Site(app);
        var cli = platform.Cli.In(folder.Path);
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal("first http v1", await site.TextAsync());
        var sealedText = await site.TextAsync("/seal");

        folder.Replace("Shop/Program.cs", "first", "second");
        (await cli.RunAsync("deploy", "--app", app)).MustSucceed();
        Assert.Equal("second http v2", await site.TextAsync());
        Assert.Equal("kept", await site.TextAsync("/open/" + sealedText));

        folder.Replace("Shop/Program.cs", "app.Run();", "app.Rum();");
        Assert.Contains("Program.cs(8", (await cli.RunAsync("deploy", "--app", app)).MustFail(5).ToString(), StringComparison.Ordinal);
        Assert.Equal("second http v2", await site.TextAsync());
        (await cli.RunAsync("destroy", "--app", app, "--confirm", app)).MustSucceed();
        await Leftovers.NoneOfAsync(platform, app);
    }
}
