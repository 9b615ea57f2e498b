using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Control.Routing;

namespace Slipway.Control.Tests.Reconcile;

/// <summary>The edge in a hundred lines: the admin socket, and a public port that forwards to the first backend.</summary>
internal sealed class LocalEdge(ServerConfig server) : IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>Outlives <see cref="CloseAsync"/>, as the file of the last good revision does.</summary>
    public RoutingRevision Revision { get; private set; } = RoutingRevision.Empty;

    /// <summary>Every revision that was taken.</summary>
    public ConcurrentQueue<RoutingRevision> Taken { get; } = new();

    /// <summary>Requests that are to count as under way, by release.</summary>
    public ConcurrentDictionary<InstanceId, int> Busy { get; } = new();

    /// <summary>Apply the next revision, but lose the answer.</summary>
    public bool LoseAnswer { get; set; }

    /// <summary>Answer for every public request instead of the app.</summary>
    public int? PublicStatus { get; set; }

    public Route? Route(string app) => Revision.Routes.FirstOrDefault(route => route.App.Value == app);

    public async Task OpenAsync()
    {
        await File.WriteAllTextAsync(PublicUrl.TokenFile(server), "token\n");
        File.Delete(server.EdgeSocket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(server.EdgeSocket);
            kestrel.Listen(IPAddress.Loopback, server.HttpPort);
        });
        _app = builder.Build();
        _app.Run(context => context.Connection.LocalPort == server.HttpPort ? ForwardAsync(context) : AdminAsync(context));
        await _app.StartAsync();
    }

    public async Task CloseAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task AdminAsync(HttpContext context)
    {
        if (context.Request.Path == "/backends")
        {
            await context.Response.WriteAsJsonAsync([.. Busy.Select(one => new BackendLoad(one.Key, one.Value))], ContractsJson.Default.IReadOnlyListBackendLoad);
            return;
        }

        if (HttpMethods.IsPut(context.Request.Method))
        {
            var asked = (await context.Request.ReadFromJsonAsync(ContractsJson.Default.RoutingRevision))!;
            Assert.True(asked.Number > Revision.Number);
            Revision = asked;
            Taken.Enqueue(asked);
            if (LoseAnswer)
            {
                LoseAnswer = false;
                context.Abort();
                return;
            }
        }

        await context.Response.WriteAsJsonAsync(new EdgeStatus("0", Revision), ContractsJson.Default.EdgeStatus);
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var route = Revision.Routes.FirstOrDefault(route => route.Hosts.Any(host => host.Value == context.Request.Host.Host));
        if (context.Request.Headers["Slipway-Verify"] == "token" && route is not null) context.Response.Headers["Slipway-Release"] = $"v{route.Release}";
        if (PublicStatus is { } status || route is not { State: RouteState.Serving })
        {
            context.Response.StatusCode = PublicStatus ?? 503;
            return;
        }

        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(route.Backends[0].Address["unix:".Length..]), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var answer = await http.GetAsync($"http://{context.Request.Host}/");
        context.Response.StatusCode = (int)answer.StatusCode;
        await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync());
    }
}
