using System.Net;
using Slipway.Control.Tests.Server;

namespace Slipway.Control.Tests.Git;

/// <summary>The real git against the real slipwayd, on a server on which nothing can be built: every deploy fails, the rest works.</summary>
public sealed class HttpPushStories(RunningServer running) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly Slipwayd _server = running.Slipwayd;
    private string _app = "";
    private TcpDoor _door = null!;
    private WorkTree _tree = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await running.NewAppAsync();
        _door = new TcpDoor(_server.Config.ControlSocket);
        _tree = await WorkTree.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _tree.Dispose();
        await _door.DisposeAsync();
    }

    [Fact]
    public async Task A_branch_is_kept_says_what_it_does_and_comes_back_in_a_clone()
    {
        var commit = await _tree.CommitAsync("manage.py", "# nothing");
        var (exit, _, said) = await _tree.TryGitAsync("push", Url(), "main:feature");
        Assert.True(exit == 0, said);
        Assert.Contains("remote:        Branch 'feature' is kept, not deployed; git push slipway feature:main deploys it.", said);
        Assert.Equal($"{commit}\trefs/heads/feature\n", await _tree.GitAsync("ls-remote", Url(), "refs/heads/*"));

        await _tree.GitAsync("clone", "--quiet", "--branch", "feature", Url(), "copy");
        Assert.True(File.Exists(Path.Combine(_tree.Path, "copy", "manage.py")));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("master")]
    public async Task A_deploy_that_fails_refuses_the_push_with_the_diagnosis(string branch)
    {
        await _tree.CommitAsync("notes.txt", "no app at all", "Try $(this) \u001b[31m out");
        var (exit, _, said) = await _tree.TryGitAsync("push", Url(), "HEAD:" + branch);
        Assert.Equal(1, exit);
        Assert.Contains("remote: -----> Receiving the source", said);
        Assert.Matches("remote:  !     .+Nothing of it is live", said);
        Assert.Contains($"remote:  !     {branch} was not moved", said);
        Assert.Contains("(pre-receive hook declined)", said);
        Assert.Equal("", await _tree.GitAsync("ls-remote", Url()));
        Assert.DoesNotContain('\u001b', said);
        Assert.Empty(Quarantines());
    }

    [Fact]
    public async Task Who_may_not_is_told_so_by_git()
    {
        await _tree.CommitAsync("manage.py", "# nothing");
        var (_, _, nobody) = await _tree.TryGitAsync("push", Url(token: null), "main:feature");
        Assert.Contains("could not read Username", nobody);
        var (_, _, wrong) = await _tree.TryGitAsync("push", Url(token: "slipway-wrong"), "main:feature");
        Assert.Contains("Authentication failed", wrong);
        Assert.Contains("remote: !     The request carries no valid token.", wrong);

        var stranger = (await _server.Admin.JsonAsync(HttpMethod.Post, "/slipway/accounts", new { email = $"{_app}@example.org" })).GetProperty("token").GetString();
        var (_, _, hidden) = await _tree.TryGitAsync("push", Url(stranger), "main:feature");
        Assert.Contains($"remote: !     There is no app '{_app}', or you may not see it.", hidden);
        Assert.Equal("", await _tree.GitAsync("ls-remote", Url()));
    }

    [Fact]
    public async Task The_old_protocol_and_other_files_are_not_served()
    {
        await _tree.CommitAsync("manage.py", "# nothing");
        await _tree.GitAsync("push", "--quiet", Url(), "main:feature");
        await _server.Admin.FailsAsync(HttpMethod.Get, $"/{_app}.git/info/refs", null, HttpStatusCode.BadRequest, "git_too_old");
        await _server.Admin.FailsAsync(HttpMethod.Get, $"/{_app}.git/info/refs?service=git-upload-archive", null, HttpStatusCode.BadRequest, "git_too_old");
        foreach (var path in (string[])["HEAD", "config", "objects/info/packs", "info/refs/../../config", "%2e%2e/slipway.db"])
            await _server.Admin.FailsAsync(HttpMethod.Get, $"/{_app}.git/{path}", null, HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("$(touch${IFS}owned)")]
    [InlineData("`touch owned`|true")]
    [InlineData("-delete")]
    [InlineData("'\"<script>&é")]
    public async Task A_hostile_branch_name_is_only_a_name(string name)
    {
        await _tree.CommitAsync("manage.py", "# nothing");
        if (name.Contains(' ')) name = name.Replace(' ', '+'); // git itself allows none
        var (exit, _, said) = await _tree.TryGitAsync("push", Url(), "main:refs/heads/" + name);
        Assert.True(exit == 0, said);
        Assert.Contains($"Branch '{name}' is kept, not deployed", said);
        Assert.EndsWith("refs/heads/" + name + "\n", await _tree.GitAsync("ls-remote", Url()));
        Assert.Empty(Directory.EnumerateFiles(_server.Folder, "owned*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_tree_that_would_write_into_a_git_folder_is_refused()
    {
        await _tree.CommitAsync("a.txt", "a");
        var blob = (await _tree.GitAsync("rev-parse", "HEAD:a.txt")).Trim();
        var (_, tree, _) = await _tree.GitWithInputAsync($"100644 blob {blob}\t.git\n", "mktree");
        var commit = (await _tree.GitAsync("commit-tree", "-m", "hostile", tree.Trim())).Trim();
        var (exit, _, said) = await _tree.TryGitAsync("push", Url(), commit + ":refs/heads/hostile");
        Assert.Equal(1, exit);
        Assert.Contains("hasDotgit", said);
        Assert.Empty(Quarantines());
    }

    [Fact]
    public async Task A_submodule_is_fetched_by_its_address()
    {
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = "allow" });
        using var library = await WorkTree.CreateAsync();
        var wanted = await library.CommitAsync("sails.py", "# sails");
        await library.CommitAsync("sails.py", "# newer than what is wanted");
        await using var forge = await GitForge.StartAsync(library.Path);
        await SubmoduleAsync("vendor/lib", wanted, forge.Url);
        var (_, _, said) = await _tree.TryGitAsync("push", Url(), "main"); // nothing can be built on this server
        Assert.Contains($"Submodule 'vendor/lib': {wanted[..7]} of {forge.Url}", said);
        Assert.Contains("main was not moved", said);
        var deploys = await _server.Admin.GetJsonAsync($"/slipway/apps/{_app}/deploys");
        var source = Path.Combine(_server.Config.SourcesDirectory, deploys[0].GetProperty("source_digest").GetString()!.Replace(':', '-'));
        Assert.Equal("# sails", await File.ReadAllTextAsync(Path.Combine(source, "vendor/lib/sails.py"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateDirectories(_server.Config.GitDirectory, ".new-*"));
    }

    [Theory]
    [InlineData("git@example.org:ada/private.git", "http or https")]
    [InlineData("../sibling.git", "relative")]
    [InlineData("file:///etc", "http or https")]
    [InlineData("ext::sh -c touch% /tmp/slipway-evil", "http or https")]
    [InlineData("http://169.254.169.254/x.git", "not on the internet")]
    [InlineData(null, ".gitmodules")]
    public async Task A_submodule_that_cannot_be_read_is_a_clear_error(string? url, string why)
    {
        await _server.Admin.JsonAsync(HttpMethod.Patch, "/slipway/server/settings", new Dictionary<string, string?> { ["private-sources"] = null });
        await SubmoduleAsync("vendor/lib", new string('1', 40), url);
        var (exit, _, said) = await _tree.TryGitAsync("push", Url(), "main");
        Assert.Equal(1, exit);
        Assert.Contains("The submodule 'vendor/lib' could not be fetched", said);
        Assert.Contains(why, said);
        Assert.False(File.Exists("/tmp/slipway-evil"));
        Assert.Empty(Directory.EnumerateDirectories(_server.Config.GitDirectory, ".new-*"));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_server.Config.SourcesDirectory), path => Path.GetFileName(path)[0] == '.');
    }

    private async Task SubmoduleAsync(string path, string commit, string? url)
    {
        await _tree.CommitAsync("index.html", "hello");
        if (url is not null) await _tree.CommitAsync(".gitmodules", $"[submodule \"{path}\"]\n\tpath = {path}\n\turl = {url}\n");
        await _tree.GitAsync("update-index", "--add", "--cacheinfo", $"160000,{commit},{path}");
        await _tree.GitAsync("commit", "--quiet", "-m", "with a submodule");
    }

    [Fact]
    public async Task Pointers_of_lfs_are_found_and_said()
    {
        await _tree.CommitAsync(".gitattributes", "*.png filter=lfs diff=lfs\n");
        await _tree.CommitAsync("logo.png", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n");
        var (_, _, said) = await _tree.TryGitAsync("-c", "filter.lfs.required=false", "push", Url(), "main");
        Assert.Contains("A file is a pointer of git LFS, not the content: logo.png.", said);
    }

    [Fact]
    public async Task A_shallow_clone_can_push()
    {
        for (var i = 0; i < 3; i++) await _tree.CommitAsync("a.txt", $"{i}");
        await _tree.GitAsync("clone", "--quiet", "--depth", "1", "file://" + _tree.Path, "shallow");
        var (exit, _, said) = await _tree.TryGitAsync("-C", "shallow", "push", Url(), "main:shallow");
        Assert.True(exit == 0, said);
    }

    [Fact]
    public async Task The_deployed_branch_cannot_be_deleted_and_notes_are_not_taken()
    {
        await _tree.CommitAsync("a.txt", "a");
        var (_, _, notes) = await _tree.TryGitAsync("push", Url(), "main:refs/notes/x");
        Assert.Contains("'refs/notes/x' is neither a branch nor a tag", notes);
        await _tree.GitAsync("push", "--quiet", Url(), "main:other");
        await _tree.GitAsync("push", "--quiet", Url(), ":other");
        Assert.Equal("", await _tree.GitAsync("ls-remote", Url()));
    }

    [Fact]
    public async Task An_apps_repository_goes_with_it()
    {
        await _tree.CommitAsync("a.txt", "a");
        await _tree.GitAsync("push", "--quiet", Url(), "main:kept");
        var id = (await _server.Admin.GetJsonAsync($"/apps/{_app}")).GetProperty("id").GetString();
        var repository = Path.Combine(_server.Config.GitDirectory, id + ".git");
        Assert.True(Directory.Exists(repository));
        await _server.Admin.JsonAsync(HttpMethod.Delete, $"/apps/{_app}");
        Assert.False(Directory.Exists(repository));
    }

    private string Url() => Url(_server.Admin.DefaultRequestHeaders.Authorization!.Parameter);

    private string Url(string? token) => $"http://{(token is null ? "" : $"git:{token}@")}127.0.0.1:{_door.Port}/{_app}.git";

    private IEnumerable<string> Quarantines() => Directory.EnumerateDirectories(_server.Config.GitDirectory, "tmp_objdir-*", SearchOption.AllDirectories);
}
