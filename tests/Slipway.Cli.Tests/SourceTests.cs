using System.Formats.Tar;
using System.Net.Sockets;
using Slipway.Cli.Tests.Server;
using Slipway.Contracts.Deploys;

namespace Slipway.Cli.Tests;

/// <summary>What of a folder is sent, and what is refused before anything is.</summary>
public sealed class SourceTests
{
    [Fact]
    public async Task Links_modes_empty_folders_and_names_arrive_as_they_are()
    {
        using var folder = new Folder().With("run.sh", "#!/bin/sh").With("data/größe 漢字.txt").With("a/b.txt").WithLink("a/up", "../run.sh").WithLink("a/gone", "nowhere");
        folder.WithLink("absolute", folder["a/b.txt"]).With(new string('n', 150) + ".txt");
        Directory.CreateDirectory(folder["empty"]);
        File.SetUnixFileMode(folder["run.sh"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var entries = await EntriesAsync(folder);

        Assert.Equal("../run.sh", entries["a/up"].LinkName);
        Assert.Equal("nowhere", entries["a/gone"].LinkName);
        Assert.Equal("a/b.txt", entries["absolute"].LinkName);
        Assert.True(entries["run.sh"].Mode.HasFlag(UnixFileMode.OtherExecute));
        Assert.False(entries["a/b.txt"].Mode.HasFlag(UnixFileMode.UserExecute));
        Assert.Equal(0, entries["a/b.txt"].Uid);
        Assert.Contains("data/größe 漢字.txt", entries.Keys);
        Assert.Contains(new string('n', 150) + ".txt", entries.Keys);
        Assert.Contains(entries, e => e.Key.TrimEnd('/') == "empty" && e.Value.EntryType == TarEntryType.Directory);
        Assert.Equal("#!/bin/sh", await new StreamReader(entries["run.sh"].DataStream!).ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Git_folders_virtual_environments_caches_and_what_ignore_files_name_stay_here()
    {
        using var folder = new Folder().With("manage.py").With(".git/config").With("sub/.git/HEAD").With("env/pyvenv.cfg").With("env/bin/python")
            .With("site/__pycache__/x.pyc").With("site/a.pyc").With("db.sqlite3").With("site/db.sqlite3").With("dist/app.js").With("notes/todo.txt").With("notes/keep.txt")
            .With(".gitignore", "*.sqlite3\ndist/\n").With("site/.gitignore", "!db.sqlite3\n").With(".slipwayignore", "!dist/\nnotes/*\n!notes/keep.txt\n.*ignore\n");

        Assert.Equal(["dist/app.js", "manage.py", "notes/keep.txt", "site/db.sqlite3"], await FilesAsync(folder));
    }

    [Fact]
    public async Task In_a_git_work_tree_tracked_files_go_along_though_ignored_and_rules_above_the_folder_count()
    {
        using var repository = new Folder().With("site/manage.py").With("site/build/forced.js").With("site/build/other.js").With("site/secret.key").With("site/local.txt")
            .With(".gitignore", "*.key\n").With("site/.gitignore", "build/\n");
        await GitAsync(repository, "init", "--quiet");
        await GitAsync(repository, "add", "--force", "site/build/forced.js", "site/manage.py");
        File.AppendAllText(repository[".git/info/exclude"], "local.txt\n");

        await using var platform = await TestPlatform.StartAsync();
        Assert.Equal([".gitignore", "build/forced.js", "manage.py"], Files(await DeployAsync(platform, repository["site"])));
    }

    [Fact]
    public async Task Migrations_go_along_though_gitignore_names_them_unless_slipwayignore_does()
    {
        using var folder = new Folder().With("manage.py").With("fish/migrations/__init__.py").With("fish/migrations/0001_initial.py").With("fish/migrations/notes.txt")
            .With("bird/migrations/__init__.py").With("bird/migrations/0001_initial.py").With("dead/app/migrations/__init__.py").With("data/migrations/a.py")
            .With(".gitignore", "*/migrations/*\n!*/migrations/__init__.py\ndead/\n").With(".slipwayignore", "bird/migrations/0*\n.*ignore\n");

        Assert.Equal(["bird/migrations/__init__.py", "fish/migrations/0001_initial.py", "fish/migrations/__init__.py", "manage.py"], await FilesAsync(folder));
    }

    [Fact]
    public async Task An_empty_folder_is_refused()
    {
        using var folder = new Folder().With("venv/pyvenv.cfg");
        await RefusedAsync(folder, "has no file to deploy", "venv is a Python virtual environment");
    }

    [Fact]
    public async Task Links_out_of_the_tree_are_refused_by_name()
    {
        using var folder = new Folder().With("manage.py").WithLink("etc", "/etc").WithLink("a/b/up", "../../../other");
        await RefusedAsync(folder, "2 symbolic links", "etc -> /etc", "a/b/up -> ../../../other");
    }

    [Fact]
    public async Task Sockets_and_pipes_are_refused_by_name()
    {
        using var folder = new Folder().With("manage.py");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder["web.sock"]));
        (await Run.ProgramAsync("/usr/bin/mkfifo", [folder["pipe"]], "/")).MustSucceed();
        await RefusedAsync(folder, "2 files", "│ pipe", "│ web.sock");
    }

    [Fact]
    public async Task More_than_1_GiB_is_refused_with_what_takes_the_most()
    {
        using var folder = new Folder().With("manage.py");
        foreach (var (name, megabytes) in new[] { ("data/raw/a.bin", 600), ("data/raw/b.bin", 500), ("dump.sql", 200) })
        {
            folder.With(name);
            using var file = File.OpenWrite(folder[name]);
            file.SetLength(megabytes * 1_000_000L); // sparse: takes no disk
        }
        await RefusedAsync(folder, "holds 1.3 GB", "1.1 GB  data/raw/", "200 MB  dump.sql", ".slipwayignore");
    }

    [Fact]
    public async Task What_is_no_folder_is_refused()
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform).LoggedIn();
        Assert.Contains("/nowhere is not a folder", (await user.RunAsync("deploy", "/nowhere")).Errors);
    }

    private static async Task RefusedAsync(Folder folder, params string[] said)
    {
        await using var platform = await TestPlatform.StartAsync();
        using var user = new User(platform).LoggedIn();
        var refused = await user.RunInAsync(folder, "deploy");
        Assert.Equal(2, refused.ExitCode);
        Assert.All(said, text => Assert.Contains(text, refused.Errors));
        Assert.Empty(platform.Requests);
    }

    private static async Task<IReadOnlyDictionary<string, TarEntry>> EntriesAsync(Folder folder)
    {
        await using var platform = await TestPlatform.StartAsync();
        return await DeployAsync(platform, folder.Path);
    }

    private static async Task<IEnumerable<string>> FilesAsync(Folder folder) => Files(await EntriesAsync(folder));

    private static IEnumerable<string> Files(IReadOnlyDictionary<string, TarEntry> entries) =>
        entries.Where(e => e.Value.EntryType != TarEntryType.Directory).Select(e => e.Key).Order(StringComparer.Ordinal);

    private static async Task<IReadOnlyDictionary<string, TarEntry>> DeployAsync(TestPlatform platform, string folder)
    {
        platform.DeployScript.Add([new DeployEvent(DateTimeOffset.UtcNow, DeployEventKind.Succeeded, null, null) { Release = 1, Url = "http://x" }]);
        using var user = new User(platform).LoggedIn();
        (await user.RunAsync("deploy", folder, "--app", "blog")).MustSucceed();
        return platform.Entries;
    }

    private static async Task GitAsync(Folder folder, params string[] arguments) => (await Run.ProgramAsync("/usr/bin/git", arguments, folder.Path)).MustSucceed();
}
