using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Heroku;

/// <summary>The client as the npm registry has it, in exactly the versions of package-lock.json; installed once.</summary>
internal static class Installation
{
    private const int OldestNode = 20;

    private static readonly string Folder = Path.Combine(Platform.Repository, "tests/Slipway.SystemTests/Heroku/client");
    private static readonly Lazy<Task> Installing = new(InstallAsync);

    public static Task Ready => Installing.Value;

    public static string Programs => Path.Combine(Folder, "node_modules/.bin");

    public static string Program => Path.Combine(Programs, "heroku");

    /// <summary>A folder in which the client finds that its user has seen the terms of service: it names them once, on every first run.</summary>
    public static string Cache(string home)
    {
        var cache = Path.Combine(home, "cache");
        Directory.CreateDirectory(Path.Combine(cache, "heroku"));
        File.WriteAllText(Path.Combine(cache, "heroku/terms-of-service"), "");
        return cache;
    }

    private static async Task InstallAsync()
    {
        var node = (await Run.ProgramAsync("node", ["--version"])).MustSucceed().Output.Trim();
        Assert.True(int.Parse(node.TrimStart('v').Split('.')[0]) >= OldestNode, $"The client needs Node.js {OldestNode} or newer; this machine has {node}.");

        // npm writes the file last, so it is there only where an installation came to its end.
        var done = new FileInfo(Path.Combine(Folder, "node_modules/.package-lock.json"));
        if (done.Exists && done.LastWriteTimeUtc > File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"))) return;
        var npm = await Run.ProgramAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], Folder, patience: TimeSpan.FromMinutes(15));
        npm.MustSucceed();
    }
}
