namespace Slipway.Bench;

/// <summary>A web host as of old: Apache, and PHP that looks at each file's time for every request. What is copied there is live.</summary>
internal sealed class ApacheServer : IDisposable
{
    private readonly RunningServer _apache, _php;

    private ApacheServer(RunningServer apache, RunningServer php, int port, string documentRoot) => (_apache, _php, Port, DocumentRoot) = (apache, php, port, documentRoot);

    public int Port { get; }

    public string DocumentRoot { get; }

    public static async Task<ApacheServer> StartAsync(BenchFolder folder)
    {
        var (home, root, port, php) = (folder.Subfolder("apache"), folder.Subfolder("www"), BenchFolder.FreePort(), BenchFolder.FreePort());
        string[] modules = ["mpm_event", "authz_core", "dir", "mime", "proxy", "proxy_fcgi"];
        await File.WriteAllTextAsync(Path.Combine(home, "apache.conf"), $$"""
            ServerRoot /usr/lib/apache2
            ServerName localhost
            Listen 127.0.0.1:{{port}}
            PidFile {{home}}/pid
            DefaultRuntimeDir {{home}}
            ErrorLog {{home}}/error.log
            {{string.Join('\n', modules.Select(module => $"LoadModule {module}_module modules/mod_{module}.so"))}}
            User nobody
            Group nogroup
            TypesConfig /etc/mime.types
            DocumentRoot {{root}}
            ProxyFCGIBackendType GENERIC
            DirectoryIndex index.php index.html
            <FilesMatch \.php$>
                SetHandler "proxy:fcgi://127.0.0.1:{{php}}"
            </FilesMatch>

            """);
        var cgi = await RunningServer.StartAsync("php-cgi", ["-d", "opcache.revalidate_freq=0", "-b", $"127.0.0.1:{php}"], php);
        return new ApacheServer(await RunningServer.StartAsync("apache2", ["-f", Path.Combine(home, "apache.conf"), "-D", "FOREGROUND"], port), cgi, port, root);
    }

    public void Dispose()
    {
        _apache.Dispose();
        _php.Dispose();
    }
}
