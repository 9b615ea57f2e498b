using Slipway.SystemTests.Server;
using Slipway.SystemTests.Sites;

namespace Slipway.SystemTests.Stories;

/// <summary>
/// What people send by mistake, to an app that runs: each is refused with its cause and the next step, the app answers as before,
/// and the server holds nothing more than before.
/// </summary>
public sealed class BadInputStories(Platform platform, BadInputStories.Site live) : IClassFixture<BadInputStories.Site>, IAsyncLifetime
{
    private const string App = "badinput";
    private const int Failure = 1, Usage = 2, DeployFailed = 5;

    private Inventory? _before;

    private Cli Cli => platform.Cli.In(live.Folder);

    public async ValueTask InitializeAsync() => _before = await Inventory.SettledAsync(platform);

    public async ValueTask DisposeAsync()
    {
        using (var site = platform.Site(App)) Assert.Equal(1, VersionedSite.Of(await site.TextAsync()));
        var difference = "";
        await Eventually.TrueAsync(() => (difference = Inventory.Of(platform).DifferenceFrom(_before!)).Length == 0, TimeSpan.FromSeconds(20), () => difference);
    }

    [Fact]
    public async Task A_folder_that_is_no_app() =>
        await RefusedAsync(folder => folder.Write("notes.txt", "nothing to run"), DeployFailed, "manage.py", "Procfile");

    [Fact]
    public async Task An_empty_folder() => await RefusedAsync(_ => { }, Usage, "no file to deploy");

    [Fact]
    public async Task Two_gigabytes() => await RefusedAsync(folder =>
    {
        using var file = File.Create(Path.Combine(folder.Path, "disk.img"));
        file.SetLength(2L << 30);
    }, Usage, "2.1 GB", "disk.img", ".slipwayignore");

    [Fact]
    public async Task A_link_out_of_the_tree() =>
        await RefusedAsync(folder => File.CreateSymbolicLink(Path.Combine(folder.Path, "passwords"), "/etc/shadow"), Usage, "passwords", "/etc/shadow");

    [Fact]
    public async Task A_requirement_that_does_not_exist() => await RefusedAsync(folder =>
    {
        File.Copy(Path.Combine(live.Folder, "manage.py"), Path.Combine(folder.Path, "manage.py"));
        folder.Write("requirements.txt", "Django\nno-such-package-anywhere==1.0\n");
    }, DeployFailed, "no-such-package-anywhere", "requirements.txt");

    [Fact]
    public async Task A_python_that_the_server_has_not() => await RefusedAsync(folder =>
    {
        File.Copy(Path.Combine(live.Folder, "manage.py"), Path.Combine(folder.Path, "manage.py"));
        folder.Write(".python-version", "2.7\n");
    }, DeployFailed, "Python 2.7", ".python-version");

    [Fact]
    public async Task Code_that_does_not_import() => await RefusedAsync(folder =>
    {
        CopyOfGood(folder);
        folder.Write($"{App}/urls.py", "import no_such_module_here\n");
    }, DeployFailed, "no_such_module_here");

    [Fact]
    public async Task A_migration_that_fails() => await RefusedAsync(folder =>
    {
        CopyOfGood(folder);
        folder.Replace($"{App}/settings.py", "INSTALLED_APPS = [", $"INSTALLED_APPS = [\n    '{App}',");
        folder.Write($"{App}/migrations/__init__.py", "");
        folder.Write($"{App}/migrations/0001_initial.py", """
            from django.db import migrations

            class Migration(migrations.Migration):
                operations = [migrations.RunSQL("select * from a_table_that_is_not_there")]

            """);
    }, DeployFailed, "a_table_that_is_not_there", "release");

    [Theory]
    [InlineData("Bad_Name")]
    [InlineData("../../etc")]
    [InlineData("a;reboot")]
    [InlineData("slipway")]
    public async Task A_bad_name_for_an_app(string name)
    {
        var refused = await Cli.RunAsync("create", "--", name);
        Assert.True(refused.ExitCode is Failure or Usage, $"{refused}");
        AssertClear(refused, name);
        Assert.DoesNotContain(await platform.AppsAsync(), app => app.Name.Value == name);
    }

    [Fact]
    public async Task A_full_disk()
    {
        var sources = platform.Config.SourcesDirectory;
        var owner = platform.Config.ControlUser;
        (await Run.ProgramAsync("mount", ["-t", "tmpfs", "-o", $"size=64k,mode=700,uid={owner},gid={platform.Config.Group}", "tmpfs", sources])).MustSucceed();
        try
        {
            await RefusedAsync(folder =>
            {
                CopyOfGood(folder);
                File.WriteAllBytes(Path.Combine(folder.Path, "picture.jpg"), RandomBytes(1 << 20));
            }, Failure, "disk", "full");
        }
        finally
        {
            (await Run.ProgramAsync("umount", [sources])).MustSucceed();
        }
    }

    [Fact]
    public async Task Two_deploys_at_once()
    {
        var both = await Task.WhenAll(Cli.RunAsync("deploy", "--app", App), Cli.RunAsync("deploy", "--app", App));
        Assert.Contains(both, deploy => deploy.ExitCode == 0);
        foreach (var refused in both.Where(deploy => deploy.ExitCode != 0)) AssertClear(refused, "deploy");
    }

    private void CopyOfGood(Folder folder)
    {
        foreach (var file in Directory.EnumerateFiles(live.Folder, "*", SearchOption.AllDirectories))
            folder.Write(Path.GetRelativePath(live.Folder, file), File.ReadAllText(file));
    }

    private async Task RefusedAsync(Action<Folder> fill, int exitCode, params string[] words)
    {
        using var bad = Folder.Empty();
        fill(bad);
        var refused = (await platform.Cli.In(bad.Path).RunAsync("deploy", "--app", App)).MustFail(exitCode);
        AssertClear(refused, words);
    }

    private static void AssertClear(RunResult refused, params string[] words)
    {
        Assert.StartsWith("error: ", refused.Errors[refused.Errors.IndexOf("error: ", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Matches(@"\n  (next|fix): +\S", refused.Errors); // a diagnosis has a fix
        Assert.All(words, word => Assert.Contains(word, refused.Errors, StringComparison.Ordinal));
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    public sealed class Site(Platform platform) : LiveSite(platform, App);
}
