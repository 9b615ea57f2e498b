using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Tests.Server;

/// <summary>
/// A small server that speaks the contracts over real HTTP and WebSockets, for what only the command does: packing,
/// drawing, exit codes, terminals. Whether slipwayd does what it says is for the system tests.
/// </summary>
internal sealed partial class TestPlatform : IAsyncDisposable
{
    public const string Token = "the-token";

    private static readonly AccountReference Me = new(Guid.NewGuid(), "admin@localhost");
    private static readonly Reference Stack = new(Guid.NewGuid(), "python");

    private readonly WebApplication _web;

    private TestPlatform(WebApplication web) => _web = web;

    public Uri Url { get; private set; } = null!;

    public ConcurrentDictionary<string, App> Apps { get; } = new();

    public Dictionary<string, string> ConfigVars { get; } = [];

    /// <summary>What a deploy says; the stream ends after each list and goes on with the next one when the client comes back.</summary>
    public List<IReadOnlyList<DeployEvent>> DeployScript { get; } = [];

    /// <summary>Names in the last archive, sorted; folders end with a slash.</summary>
    /// <summary>Hashes of contents that the server has from earlier sources.</summary>
    public HashSet<string> Stored { get; } = [];

    public SourceManifest? Manifest { get; private set; }

    /// <summary>Files whose content came.</summary>
    public IReadOnlyList<string> Sent { get; private set; } = [];

    /// <summary>All that the source is, whether its content came or not.</summary>
    public IReadOnlyList<string> Uploaded { get; private set; } = [];

    public IReadOnlyDictionary<string, TarEntry> Entries { get; private set; } = new Dictionary<string, TarEntry>();

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Requests in order, <c>METHOD /path</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>So many of the next requests are answered as the edge does while slipwayd restarts.</summary>
    public int Unavailable { get; set; }

    public static async Task<TestPlatform> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var web = builder.Build();
        var platform = new TestPlatform(web);
        web.UseWebSockets();
        web.Use(platform.CheckAsync);
        platform.MapApps();
        platform.MapDeploys();
        platform.MapDynos();
        await web.StartAsync();
        var bound = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        platform.Url = new Uri($"http://slipway.localhost:{bound.Port}");
        return platform;
    }

    public TestPlatform WithApp(string name)
    {
        Apps[name] = new App
        {
            Id = Guid.NewGuid(), Name = AppName.Parse(name), WebUrl = new Uri($"http://{name}.localhost:{Url.Port}/"), GitUrl = new Uri($"http://slipway.localhost/{name}.git"),
            Owner = Me, Stack = Stack, BuildStack = Stack, Region = new Reference(Guid.NewGuid(), "here"),
            CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow,
        };
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(new CancellationToken(canceled: true));
        await _web.DisposeAsync();
    }

    private static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = 200) => Results.Json(value, type, statusCode: status);

    private static IResult Fail(int status, SlipwayError error) => Json(ErrorAnswer.From(error, "request-1"), ContractsJson.Default.ErrorAnswer, status);

    private async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
        if (Unavailable-- > 0) await Results.Text("<h1>503</h1>", "text/html", statusCode: 503).ExecuteAsync(context);
        else if (context.Request.Headers.Authorization == $"Bearer {Token}") await next(context);
        else await Fail(401, new SlipwayError("unauthorized", "The server does not know this token.")).ExecuteAsync(context);
    }

    private void MapApps()
    {
        _web.MapGet("/account", () => Json(new Contracts.Api.Account { Id = Me.Id, Email = Me.Email, Role = "admin", CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow }, ContractsJson.Default.Account));
        _web.MapGet("/apps", () => Json([.. Apps.Values.OrderBy(a => a.Name.Value)], ContractsJson.Default.IReadOnlyListApp));
        _web.MapPost("/apps", async (HttpContext context) =>
        {
            var request = await ReadAsync(context, ContractsJson.Default.CreateAppRequest);
            WithApp(request.Name ?? "made-up");
            return Json(Apps[request.Name ?? "made-up"], ContractsJson.Default.App, 201);
        });
        _web.MapGet("/apps/{app}", (string app) => Apps.TryGetValue(app, out var found) ? Json(found, ContractsJson.Default.App) : NoApp(app));
        _web.MapDelete("/apps/{app}", (string app) => Apps.TryRemove(app, out var gone) ? Json(gone, ContractsJson.Default.App) : NoApp(app));
        _web.MapGet("/apps/{app}/config-vars", () => Json(ConfigVars, ContractsJson.Default.IReadOnlyDictionaryStringString));
        _web.MapPatch("/apps/{app}/config-vars", async (HttpContext context) =>
        {
            foreach (var (key, value) in await ReadAsync(context, ContractsJson.Default.IReadOnlyDictionaryStringString))
            {
                if (value is null) ConfigVars.Remove(key);
                else ConfigVars[key] = value;
            }
            context.Response.Headers["Slipway-Deploy"] = Guid.NewGuid().ToString();
            return Json(ConfigVars, ContractsJson.Default.IReadOnlyDictionaryStringString);
        });
    }

    private void MapDeploys()
    {
        _web.MapPost("/slipway/apps/{app}/sources", async (HttpContext context) =>
        {
            Manifest = await ReadAsync(context, ContractsJson.Default.SourceManifest);
            var lacks = Manifest.Files.Select((file, at) => Stored.Contains(file.Hash) ? -1 : at).Where(at => at >= 0).ToList();
            var blob = new Uri(Url, $"/uploads/{Guid.NewGuid():N}");
            return Json(new PartialSource(new SourceBlob(blob, blob), lacks), ContractsJson.Default.PartialSource, 201);
        });
        _web.MapPut("/uploads/{id}", async (HttpContext context) => await UnpackAsync(context.Request.Body));
        _web.MapPost("/apps/{app}/builds", (string app) => Json(new Build
        {
            Id = Guid.NewGuid(), App = new Reference(Guid.NewGuid(), app), Status = "pending", OutputStreamUrl = Url, User = Me,
            SourceBlob = new BuildSource(Url, null, null), CreatedAt = DateTimeOffset.UtcNow, UpdatedAt = DateTimeOffset.UtcNow,
        }, ContractsJson.Default.Build, 201));
        _web.MapGet("/slipway/apps/{app}/deploys/{id}/events", StreamAsync);
        _web.MapPost("/slipway/apps/{app}/deploys/{id}/cancel", () => Cancelled.TrySetResult());
    }

    /// <summary>Every stream begins with the first event, as slipwayd's do.</summary>
    private async Task StreamAsync(HttpContext context)
    {
        var part = Interlocked.Increment(ref _streams);
        foreach (var happened in DeployScript.Take(part).SelectMany(events => events))
        {
            // A step of this name goes on until the deploy is cancelled.
            if (happened.Step == "forever") await Cancelled.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(JsonSerializer.Serialize(happened, ContractsJson.Default.DeployEvent) + "\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
        if (part < DeployScript.Count) context.Abort();
    }

    private int _streams;

    private async Task UnpackAsync(Stream body)
    {
        await using var tar = new TarReader(new GZipStream(body, CompressionMode.Decompress));
        var entries = new Dictionary<string, TarEntry>();
        while (await tar.GetNextEntryAsync(copyData: true) is { } entry) entries.Add(entry.Name, entry);
        Sent = [.. entries.Keys.Order(StringComparer.Ordinal)];
        foreach (var folder in Manifest!.Folders) entries.Add(folder + "/", new PaxTarEntry(TarEntryType.Directory, folder + "/"));
        foreach (var (path, target) in Manifest.Links) entries.Add(path, new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target });
        Entries = entries;
        Uploaded = [.. entries.Values.Select(e => e.EntryType == TarEntryType.Directory ? e.Name.TrimEnd('/') + "/" : e.Name).Order(StringComparer.Ordinal)];
    }

    private static IResult NoApp(string app) =>
        Fail(404, new SlipwayError("not_found", $"There is no app {app}.") { Why = "Nobody made it.", Next = "slipway apps" });

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) => (await JsonSerializer.DeserializeAsync(context.Request.Body, type))!;
}
