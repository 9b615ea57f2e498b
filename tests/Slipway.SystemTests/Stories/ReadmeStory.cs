using System.Net;
using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Stories;

public sealed class ReadmeStory(Platform platform, ITestOutputHelper output)
{
    private const string Prompt = "$ ";

    [Fact]
    public async Task Every_command_of_the_tour_works_as_written()
    {
        var readme = await File.ReadAllLinesAsync(Path.Combine(Platform.Repository, "README.md"), TestContext.Current.CancellationToken);
        var lines = readme.Where(line => line.StartsWith(Prompt, StringComparison.Ordinal)).Select(line => line[Prompt.Length..]).ToList();
        Assert.True(lines.Count > 10, "The tour is gone from the README.");
        Assert.Contains(lines, line => line.StartsWith("slipway destroy", StringComparison.Ordinal));

        using var site = platform.Site("boatyard");
        var cli = platform.Cli.In(Platform.Repository);
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (line.StartsWith("cd ", StringComparison.Ordinal))
            {
                cli = cli.In(Path.Combine(cli.Folder, line[3..]));
                continue;
            }

            var result = (await cli.ShellAsync(line)).MustSucceed();
            output.WriteLine($"{Prompt}{line}\n{result.Output}");
            said[line] = result.Output;
            using var answer = await site.GetAsync();
            var alive = !line.StartsWith("slipway destroy", StringComparison.Ordinal);
            Assert.Equal(alive ? HttpStatusCode.OK : HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Equal(site.Url, new Uri(said["slipway open"].Trim()));
        Assert.Contains("SECRET_KEY", said["slipway settings"], StringComparison.Ordinal);
        Assert.Contains("web.3", said["slipway ps"], StringComparison.Ordinal);
    }
}
