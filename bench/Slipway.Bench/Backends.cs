namespace Slipway.Bench;

/// <summary>What the compared servers stand before.</summary>
internal interface IBackend
{
    /// <summary><c>tcp:127.0.0.1:1234</c> or <c>unix:/path</c>.</summary>
    string Address { get; }

    string Path { get; }

    /// <summary>Without a proxy, for a load generator that speaks TCP only; null where that compares nothing.</summary>
    string? DirectUrl { get; }
}

/// <summary>One nginx worker that answers from memory: what is measured before it is the proxy.</summary>
internal sealed class SmallBackend : IBackend, IDisposable
{
    private readonly RunningServer _server;

    private SmallBackend(RunningServer server, string address) => (_server, Address) = (server, address);

    public string Address { get; }

    public string Path => "/";

    public string? DirectUrl => null;

    public static async Task<SmallBackend> StartAsync(BenchFolder folder, string nginx, bool unix)
    {
        var home = folder.Subfolder("small");
        var port = BenchFolder.FreePort();
        var sockets = Directory.CreateDirectory(System.IO.Path.Combine(home, "run/instances/small")).FullName;
        var socket = System.IO.Path.Combine(sockets, "web.sock");
        await File.WriteAllTextAsync(System.IO.Path.Combine(home, "nginx.conf"), $$"""
            worker_processes 1; daemon off; pid {{home}}/pid; error_log {{home}}/error.log;
            events { worker_connections 1024; }
            http {
              {{NginxServer.Temporary(home)}}
              access_log off; keepalive_requests 1000000; default_type text/plain;
              server { listen 127.0.0.1:{{port}}; listen unix:{{socket}}; location / { return 200 "Hello from the backend.\n"; } }
            }

            """);
        var server = await RunningServer.StartAsync(nginx, ["-c", $"{home}/nginx.conf", "-p", home], port);
        return new SmallBackend(server, unix ? "unix:" + socket : $"tcp:127.0.0.1:{port}");
    }

    public void Dispose() => _server.Dispose();
}

/// <summary>An untouched startproject under gunicorn with two workers; its admin's login page is what is asked for.</summary>
internal sealed class DjangoBackend : IBackend, IDisposable
{
    private readonly RunningServer _server;

    private DjangoBackend(RunningServer server, string socket, int port) => (_server, Address, DirectUrl) = (server, "unix:" + socket, $"http://127.0.0.1:{port}");

    public string Address { get; }

    public string Path => "/admin/login/";

    public string? DirectUrl { get; }

    public static async Task<DjangoBackend> StartAsync(BenchFolder folder)
    {
        var home = folder.Subfolder("django");
        await Programs.RunAsync("django-admin", ["startproject", "site1", home]);
        await File.WriteAllTextAsync(System.IO.Path.Combine(home, "production.py"), "from site1.settings import *\n\nDEBUG = False\nALLOWED_HOSTS = ['*']\n");
        var port = BenchFolder.FreePort();
        var sockets = Directory.CreateDirectory(System.IO.Path.Combine(home, "run/instances/django")).FullName;
        var socket = System.IO.Path.Combine(sockets, "web.sock");
        var server = await RunningServer.StartAsync("gunicorn",
            ["--workers", "2", "--bind", $"127.0.0.1:{port}", "--bind", "unix:" + socket, "--chdir", home, "site1.wsgi"], port,
            new Dictionary<string, string> { ["DJANGO_SETTINGS_MODULE"] = "production" });
        return new DjangoBackend(server, socket, port);
    }

    public void Dispose() => _server.Dispose();
}
