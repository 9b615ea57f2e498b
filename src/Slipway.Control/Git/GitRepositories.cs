using Slipway.Contracts.Server;
using Slipway.Control.Store;

namespace Slipway.Control.Git;

/// <summary>
/// A bare repository an app, made at the first use: <c>git/UUID.git</c>. It is made aside and renamed, so what has the name
/// is whole. It holds what was pushed; releases do not need it.
/// </summary>
internal sealed class GitRepositories(ServerConfig server, GitProgram git)
{
    private const string Unfinished = ".new-";

    public string Folder => server.GitDirectory;

    /// <summary>Makes the folders and clears what a crash left. Called once, when no git runs.</summary>
    public void Open()
    {
        Directory.CreateDirectory(Folder);
        foreach (var folder in Directory.EnumerateDirectories(Folder, Unfinished + "*")) Directory.Delete(folder, recursive: true);
        foreach (var objects in Directory.EnumerateDirectories(Folder, "*.git").Select(path => Path.Combine(path, "objects")).Where(Directory.Exists))
            foreach (var quarantine in Directory.EnumerateDirectories(objects, "tmp_objdir-*")) Directory.Delete(quarantine, recursive: true);

        // git runs the hook by its name in a folder; it is a link to the program as it is installed now.
        Directory.CreateDirectory(git.HooksFolder);
        var (hook, aside) = (Path.Combine(git.HooksFolder, "pre-receive"), Path.Combine(git.HooksFolder, ".new"));
        File.Delete(aside);
        File.CreateSymbolicLink(aside, server.GitProgram);
        File.Move(aside, hook, overwrite: true);
    }

    public static string NameOf(AppRow app) => $"{app.Uuid}.git";

    public string PathOf(AppRow app) => Path.Combine(Folder, NameOf(app));

    /// <summary>A name for a repository of a moment, which the next start clears should its maker be killed.</summary>
    public string NewAside() => Path.Combine(Folder, Unfinished + Guid.NewGuid().ToString("n"));

    public async Task<string> FindOrCreateAsync(AppRow app, CancellationToken cancel)
    {
        var path = PathOf(app);
        if (Directory.Exists(path)) return path;
        var aside = NewAside();
        try
        {
            await git.RunAsync(["init", "--quiet", "--bare", "--initial-branch=main", "--template=", aside], [], cancel);
            Directory.Move(aside, path);
        }
        catch (IOException) when (Directory.Exists(path))
        {
            // Somebody else was first; theirs is as good.
        }
        finally
        {
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        }

        return path;
    }

    /// <summary>Removes an app's repository; absent: no error.</summary>
    public void Forget(AppRow app)
    {
        if (!Directory.Exists(PathOf(app))) return;
        var aside = NewAside();
        Directory.Move(PathOf(app), aside);
        Directory.Delete(aside, recursive: true);
    }
}
