using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Control.Tests.Remotes;

/// <summary>A web server of this machine with files to fetch.</summary>
internal sealed class LocalForge : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalForge(IReadOnlyDictionary<string, (string Type, byte[] Content)> files)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async context =>
        {
            if (!files.TryGetValue(context.Request.Path, out var file))
            {
                context.Response.StatusCode = 404;
                return;
            }

            context.Response.ContentType = file.Type;
            await context.Response.Body.WriteAsync(file.Content);
        });
    }

    public string Url => _app.Urls.Single();

    public static async Task<LocalForge> StartAsync(IReadOnlyDictionary<string, (string Type, byte[] Content)> files)
    {
        var forge = new LocalForge(files);
        await forge._app.StartAsync();
        return forge;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
