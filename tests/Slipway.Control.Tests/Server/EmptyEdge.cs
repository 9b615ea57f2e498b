using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Contracts;
using Slipway.Contracts.Routing;

namespace Slipway.Control.Tests.Server;

/// <summary>The edge's admin socket: takes every routing revision, and has no requests under way.</summary>
internal sealed class EmptyEdge : IAsyncDisposable
{
    private readonly WebApplication _app;
    private RoutingRevision _revision = RoutingRevision.Empty;

    private EmptyEdge(string socket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public static async Task<EmptyEdge> StartAsync(string socket)
    {
        var edge = new EmptyEdge(socket);
        await edge._app.StartAsync();
        return edge;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/backends" || context.Request.Path == "/traffic")
        {
            await context.Response.WriteAsync("[]");
            return;
        }

        if (HttpMethods.IsPut(context.Request.Method))
            _revision = (await context.Request.ReadFromJsonAsync(ContractsJson.Default.RoutingRevision))!;
        await context.Response.WriteAsJsonAsync(new EdgeStatus("0", _revision), ContractsJson.Default.EdgeStatus);
    }
}
