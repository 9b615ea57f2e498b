using System.Diagnostics;

namespace Slipway.SystemTests.Server;

/// <summary>
/// Debian's docker-registry with a password, in a network of its own beside the server: an instance does not reach the
/// server's own ports, and is not meant to.
/// </summary>
internal sealed class Registry : IAsyncDisposable
{
    private const string Namespace = "slipway-registry", Inside = "10.199.7.2", Outside = "10.199.7.1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-registry-");
    private readonly string _login;
    private Process? _process;

    private Registry(string login) => _login = login;

    public string Host => Inside + ":5000";

    public static async Task<Registry> StartAsync(string user, string password)
    {
        var registry = new Registry($"{user}:{password}");
        await Run.ProgramAsync("ip", ["netns", "delete", Namespace]);
        await IpAsync("netns", "add", Namespace);
        await IpAsync("link", "add", "slipreg0", "type", "veth", "peer", "name", "slipreg1", "netns", Namespace);
        await IpAsync("address", "add", Outside + "/24", "dev", "slipreg0");
        await IpAsync("link", "set", "slipreg0", "up");
        await IpAsync("-n", Namespace, "address", "add", Inside + "/24", "dev", "slipreg1");
        await IpAsync("-n", Namespace, "link", "set", "slipreg1", "up");
        await IpAsync("-n", Namespace, "route", "add", "default", "via", Outside);
        var folder = registry._folder.FullName;
        const string bcrypt = "import crypt, sys; print(crypt.crypt(sys.stdin.read(), crypt.mksalt(crypt.METHOD_BLOWFISH)))";
        var hash = (await Run.ProgramAsync("/usr/bin/python3", ["-W", "ignore", "-c", bcrypt], input: password)).MustSucceed().Output.Trim();
        await File.WriteAllTextAsync(folder + "/users", $"{user}:{hash}\n");
        await File.WriteAllTextAsync(folder + "/config.yml", $"""
            version: 0.1
            storage:
              filesystem:
                rootdirectory: {folder}/store
            http:
              addr: 0.0.0.0:5000
            auth:
              htpasswd:
                realm: story
                path: {folder}/users
            """);
        registry._process = Run.Start("ip", ["netns", "exec", Namespace, "docker-registry", "serve", folder + "/config.yml"], null, null);
        _ = registry._process.StandardOutput.ReadToEndAsync();
        _ = registry._process.StandardError.ReadToEndAsync();
        await Eventually.TrueAsync(
            async () => (await Run.ProgramAsync("curl", ["-s", "-o", "/dev/null", $"http://{registry.Host}/v2/"])).ExitCode == 0, TimeSpan.FromSeconds(30), () => "the registry does not listen");
        return registry;
    }

    public async Task PushAsync(string dockerArchive, string name) =>
        (await Run.ProgramAsync("skopeo", ["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--dest-creds", _login, "docker-archive:" + dockerArchive, $"docker://{Host}/{name}"])).MustSucceed();

    public async ValueTask DisposeAsync()
    {
        _process?.Kill(entireProcessTree: true);
        _process?.Dispose();
        await Run.ProgramAsync("ip", ["netns", "delete", Namespace]);
        _folder.Delete(recursive: true);
    }

    private static async Task IpAsync(params string[] arguments) => (await Run.ProgramAsync("ip", arguments)).MustSucceed();
}
