using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Edge.Tests;

/// <summary>A real HTTP server that stands for an app's instance.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Site(WebApplication app, string address)
    {
        _app = app;
        Address = address;
    }

    /// <summary>As routes name it: <c>tcp:…</c> or <c>unix:…</c>.</summary>
    public string Address { get; }

    public static Task<Site> OnTcpAsync(RequestDelegate answer) => OnTcpAsync(RunningEdge.FreePort(), answer);

    public static Task<Site> OnTcpAsync(int port, RequestDelegate answer) =>
        StartAsync($"tcp:127.0.0.1:{port}", kestrel => kestrel.ListenLocalhost(port), answer);

    public static Task<Site> OnUnixAsync(string path, RequestDelegate answer) =>
        StartAsync("unix:" + path, kestrel => kestrel.ListenUnixSocket(path), answer);

    public static Task<Site> SayingAsync(string text) => OnTcpAsync(http => http.Response.WriteAsync(text));

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task<Site> StartAsync(string address, Action<KestrelServerOptions> listen, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            listen(kestrel);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(answer);
        await app.StartAsync();
        return new Site(app, address);
    }
}
