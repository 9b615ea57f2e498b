using Slipway.Cli.Tests.Server;

namespace Slipway.Cli.Tests;

public sealed class GitTests
{
    [Fact]
    public async Task A_remote_comes_with_the_password_that_git_asks_for()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform);
        (await user.TypeAsync(TestPlatform.Token + "\n", "login", "--token", "-")).MustSucceed();
        using var folder = new Folder("it's a blog");
        (await GitAsync(user, folder, "", "init", "--quiet", "--initial-branch", "trunk")).MustSucceed();

        for (var i = 0; i < 2; i++)
        {
            var remote = (await user.RunInAsync(folder, "git", "remote", "--app", "blog")).MustSucceed();
            Assert.Equal($"Remote slipway is {platform.Url}blog.git\n", remote.Output);
            Assert.Contains("git push slipway trunk:main", remote.Errors);
        }

        Assert.Equal($"{platform.Url}blog.git\n", (await GitAsync(user, folder, "", "remote", "get-url", "slipway")).Output);
        var own = $"protocol=http\nhost={platform.Url.Authority}\n\n";
        Assert.Contains($"password={TestPlatform.Token}\n", (await GitAsync(user, folder, own, "credential", "fill")).MustSucceed().Output);
        Assert.NotEqual(0, (await GitAsync(user, folder, "protocol=http\nhost=example.org\n\n", "credential", "fill")).ExitCode);
        (await GitAsync(user, folder, own + "username=slipway\npassword=other\n\n", "credential", "reject")).MustSucceed();
        Assert.Contains(TestPlatform.Token, await File.ReadAllTextAsync(user.Credentials, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Outside_of_a_repository_it_says_what_to_do()
    {
        await using var platform = (await TestPlatform.StartAsync()).WithApp("blog");
        using var user = new User(platform).LoggedIn();
        using var folder = new Folder();
        var remote = await user.RunInAsync(folder, "git", "remote", "--app", "blog");
        Assert.Equal(2, remote.ExitCode);
        Assert.Contains("is not in a git repository", remote.Errors);
        Assert.Contains("git init", remote.Errors);
    }

    private static Task<RunResult> GitAsync(User user, Folder folder, string input, params string[] arguments) =>
        Run.ProgramAsync("git", arguments, folder.Path, new Dictionary<string, string?>(user.Environment) { ["GIT_TERMINAL_PROMPT"] = "0", ["GIT_CONFIG_NOSYSTEM"] = "1" }, input);
}
