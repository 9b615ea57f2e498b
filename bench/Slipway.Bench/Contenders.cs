using System.Net.Sockets;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;

namespace Slipway.Bench;

/// <summary>A slipway-edge of its own, with one route to the backend and its access log on, as it always is.</summary>
internal sealed class EdgeServer : IDisposable
{
    private readonly RunningServer _server;

    private EdgeServer(RunningServer server, int port) => (_server, Url) = (server, $"http://127.0.0.1:{port}");

    public string Url { get; }

    public static async Task<EdgeServer> StartAsync(BenchFolder folder, string program, IBackend backend)
    {
        var home = folder.Subfolder("edge");
        var port = BenchFolder.FreePort();
        // The edge takes files only from below its layers, and Unix sockets only from below its instances' folder.
        var config = new ServerConfig
        {
            Name = "slw-bench", Home = home, HttpPort = port, ListenAddresses = ["127.0.0.1"], EdgeUser = Environment.UserName, Group = Environment.UserName,
            Run = backend.Address.StartsWith("unix:", StringComparison.Ordinal) ? backend.Address["unix:".Length..backend.Address.IndexOf("/instances/", StringComparison.Ordinal)] : Path.Combine(home, "run"),
        };
        var layer = Path.Combine(config.LayersDirectory, "sha256-0");
        Directory.CreateDirectory(layer);
        foreach (var file in Directory.GetFiles(folder.StaticFolder)) File.Copy(file, Path.Combine(layer, Path.GetFileName(file)));
        var path = Path.Combine(home, "server.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(config, ContractsJson.Default.ServerConfig));
        var server = await RunningServer.StartAsync(program, ["--config", path], port);
        await RouteAsync(config, new RoutingRevision(1, DateTimeOffset.UtcNow,
        [
            new Route
            {
                App = AppName.Parse("bench"), Release = 1, State = RouteState.Serving, Hosts = [DomainName.Parse("bench.localhost")],
                Backends = [new Backend(InstanceId.Parse("bench-web-1"), "web.1", backend.Address)],
                Static = [new StaticMount("/static/", layer, StaticKind.Layer)],
            },
        ]));
        return new EdgeServer(server, port);
    }

    public void Dispose() => _server.Dispose();

    private static async Task RouteAsync(ServerConfig config, RoutingRevision revision)
    {
        using var admin = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(config.EdgeSocket), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var answer = await admin.PutAsync("http://edge/revision", new StringContent(JsonSerializer.Serialize(revision, ContractsJson.Default.RoutingRevision)));
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
    }
}

/// <summary>nginx as one would configure it well: a worker for each CPU, connections to the backend kept, a buffered access log, sendfile.</summary>
internal sealed class NginxServer : IDisposable
{
    private readonly RunningServer _server;

    private NginxServer(RunningServer server, int port) => (_server, Url) = (server, $"http://127.0.0.1:{port}");

    public string Url { get; }

    public static async Task<NginxServer> StartAsync(BenchFolder folder, string program, IBackend backend)
    {
        var home = folder.Subfolder("nginx");
        var port = BenchFolder.FreePort();
        var upstream = backend.Address.StartsWith("unix:", StringComparison.Ordinal) ? backend.Address : backend.Address["tcp:".Length..];
        await File.WriteAllTextAsync(Path.Combine(home, "nginx.conf"), $$"""
            worker_processes auto; daemon off; pid {{home}}/pid; error_log {{home}}/error.log;
            events { worker_connections 4096; }
            http {
              {{Temporary(home)}}
              access_log {{home}}/access.log combined buffer=64k flush=1s;
              sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=1000;
              upstream backend { server {{upstream}}; keepalive 64; keepalive_requests 1000000; }
              server {
                listen 127.0.0.1:{{port}};
                location /static/ { alias {{folder.StaticFolder}}/; }
                location / {
                  proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
                  proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Request-Id $request_id;
                }
              }
            }

            """);
        return new NginxServer(await RunningServer.StartAsync(program, ["-c", $"{home}/nginx.conf", "-p", home], port), port);
    }

    /// <summary>Debian's folders for temporary files exist only where the package is installed, and here it is only unpacked.</summary>
    public static string Temporary(string home) =>
        string.Join(' ', from part in (string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] select $"{part}_temp_path {home}/{part};");

    public void Dispose() => _server.Dispose();
}

/// <summary>Caddy with its defaults: no access log, connections to the backend kept.</summary>
internal sealed class CaddyServer : IDisposable
{
    private readonly RunningServer _server;

    private CaddyServer(RunningServer server, int port) => (_server, Url) = (server, $"http://127.0.0.1:{port}");

    public string Url { get; }

    public static async Task<CaddyServer> StartAsync(BenchFolder folder, string program, IBackend backend)
    {
        var home = folder.Subfolder("caddy");
        var port = BenchFolder.FreePort();
        var upstream = backend.Address.StartsWith("unix:", StringComparison.Ordinal) ? "unix/" + backend.Address["unix:".Length..] : backend.Address["tcp:".Length..];
        var file = Path.Combine(home, "Caddyfile");
        await File.WriteAllTextAsync(file, $$"""
            {
            	admin off
            	auto_https off
            }
            http://:{{port}} {
            	bind 127.0.0.1
            	reverse_proxy {{upstream}}
            }

            """);
        var server = await RunningServer.StartAsync(program, ["run", "--config", file, "--adapter", "caddyfile"], port,
            new Dictionary<string, string> { ["XDG_DATA_HOME"] = home, ["XDG_CONFIG_HOME"] = home, ["HOME"] = home });
        return new CaddyServer(server, port);
    }

    public void Dispose() => _server.Dispose();
}
