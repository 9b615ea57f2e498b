using System.Diagnostics;

namespace Slipway.SystemTests.Server;

/// <summary>
/// Debian's docker-registry with a password, on a host of its own beside the server.
/// </summary>
internal sealed class Registry : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-registry-");
    private readonly string _login;
    private readonly OutsideHost _host;
    private Process? _process;

    private Registry(string login, OutsideHost host) => (_login, _host) = (login, host);

    public string Host => _host.Address + ":5000";

    public static async Task<Registry> StartAsync(string user, string password)
    {
        var registry = new Registry($"{user}:{password}", await OutsideHost.StartAsync("registry", 7));
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
        registry._process = Run.Start("ip", ["netns", "exec", registry._host.Namespace, "docker-registry", "serve", folder + "/config.yml"], null, null);
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
        await _host.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
