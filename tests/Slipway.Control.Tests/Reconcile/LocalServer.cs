using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Addons;
using Slipway.Control.Cron;
using Slipway.Control.Deploys;
using Slipway.Control.Errors;
using Slipway.Control.Events;
using Slipway.Control.Images;
using Slipway.Control.Instances;
using Slipway.Control.Mail;
using Slipway.Control.Reconcile;
using Slipway.Control.Routing;
using Slipway.Control.Secrets;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Tests.Reconcile;

/// <summary>slipwayd's reconciling half as it is composed for real, on a real store and real sockets, beside a local runner and edge.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly TemporaryFolder _home = new();
    private ServiceProvider _services = null!;
    private int _version;

    private LocalServer()
    {
        Config = new ServerConfig { Home = _home.Path, Run = Path.Combine(_home.Path, "run"), HttpPort = FreePort() };
        foreach (var folder in new[] { Config.ControlDirectory, Config.LayersDirectory, Config.EdgeDirectory, Config.InstanceSocketsDirectory, Path.GetDirectoryName(Config.EdgeSocket)! })
            Directory.CreateDirectory(folder);
        (Runner, Edge) = (new LocalRunner(Config), new LocalEdge(Config));
    }

    public ServerConfig Config { get; }
    public LocalRunner Runner { get; }
    public LocalEdge Edge { get; }
    public Reconciler Reconciler => _services.GetRequiredService<Reconciler>();
    public AppInstances Instances => _services.GetRequiredService<AppInstances>();
    public CronLedger Cron => _services.GetRequiredService<CronLedger>();
    public CronScheduler CronScheduler => _services.GetRequiredService<CronScheduler>();
    public OneOffs OneOffs => _services.GetRequiredService<OneOffs>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<LocalServer> StartAsync()
    {
        var server = new LocalServer();
        server.Runner.Open();
        await server.Edge.OpenAsync();
        await server.StartControlAsync();
        return server;
    }

    public async Task StartControlAsync()
    {
        _services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.None))
            .AddSingleton(Config)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new RunnerClient(Config.RunnerSocket))
            .AddSingleton(new SecretBox(new byte[32]))
            .AddSingleton<ErrorKeys>()
            .AddSingleton<MailKeys>()
            .AddStore(Config)
            .AddEvents()
            .AddStacks()
            .AddAddons()
            .AddInstances()
            .AddAppRouting()
            .AddCron()
            .AddReconcile()
            .AddSingleton(new Probe { ErrorPatience = TimeSpan.FromMilliseconds(300), BootTimeout = TimeSpan.FromSeconds(2) })
            .BuildServiceProvider();
        await _services.MigrateStoreAsync(Cancel);
        foreach (var hosted in _services.GetServices<IHostedService>()) await hosted.StartAsync(Cancel);
    }

    /// <summary>As a kill would: nothing is tidied up in the store.</summary>
    public async Task StopControlAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>()) await hosted.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    public Task<SlipwayStore> StoreAsync() => _services.GetRequiredService<IDbContextFactory<SlipwayStore>>().CreateDbContextAsync(Cancel);

    public async Task<AppRow> AddAppAsync(string name)
    {
        var secrets = _services.GetRequiredService<SecretBox>();
        await using var store = await StoreAsync();
        if (!await store.Accounts.AnyAsync(Cancel)) store.Accounts.Add(new AccountRow { Id = 1, Uuid = Guid.NewGuid(), Email = "ada@example.org", Role = "admin" });
        var app = new AppRow
        {
            Uuid = Guid.NewGuid(), Name = name, Uid = 201_000 + await store.Apps.CountAsync(Cancel), OwnerId = 1,
            GeneratedSecrets = secrets.SealMap(new Dictionary<string, string> { ["SECRET_KEY"] = "made once" }),
            ConfigVars = secrets.SealMap(new Dictionary<string, string>()),
        };
        store.Apps.Add(app);
        await store.SaveChangesAsync(Cancel);
        return app;
    }

    /// <summary>A release of which each process type has a command line.</summary>
    public Task<ReleaseRow> AddReleaseAsync(AppRow app, params (string Type, string Command)[] processes) => AddReleaseAsync(app, new ImageFacts(), processes);

    public async Task<ReleaseRow> AddReleaseAsync(AppRow app, ImageFacts facts, params (string Type, string Command)[] processes)
    {
        await using var store = await StoreAsync();
        var image = new ImageRow
        {
            Uuid = Guid.NewGuid(), AppId = app.Id, Layers = ImageLayers.ToJson(Digest.Parse("sha256:" + new string('a', 64))), Facts = facts.ToJson(), SourceDigest = "",
        };
        store.Images.Add(image);
        await store.SaveChangesAsync(Cancel);
        var release = new ReleaseRow
        {
            Uuid = Guid.NewGuid(), AppId = app.Id, Version = ++_version, ImageId = image.Id, Description = "Deploy", AccountId = 1,
            ConfigVars = _services.GetRequiredService<SecretBox>().SealMap(new Dictionary<string, string>()),
            ProcessTypes = System.Text.Json.JsonSerializer.Serialize(processes.ToDictionary(one => one.Type, one => one.Command)),
        };
        store.Releases.Add(release);
        await store.SaveChangesAsync(Cancel);
        return release;
    }

    public async Task ScaleAsync(AppRow app, string type, int quantity)
    {
        await using var store = await StoreAsync();
        var row = await store.Formations.SingleOrDefaultAsync(one => one.AppId == app.Id && one.ProcessType == type, Cancel);
        row ??= store.Formations.Add(new FormationRow { Uuid = Guid.NewGuid(), AppId = app.Id, ProcessType = type, Size = "standard" }).Entity;
        row.Quantity = quantity;
        await store.SaveChangesAsync(Cancel);
        Reconciler.Wake();
    }

    /// <returns>The steps that ended well, with what they found.</returns>
    public async Task<IReadOnlyList<string>> RolloutAsync(AppRow app, ReleaseRow release, CancellationToken? cancel = null)
    {
        var path = Path.Combine(_home.Path, $"deploy-{release.Id}.log");
        using (var log = new DeployLog(path, TimeProvider.System, () => { }))
        {
            var rollout = ActivatorUtilities.CreateInstance<Rollout>(_services);
            await rollout.RunAsync(app.Id, release.Id, log, cancel ?? Cancel);
        }

        return [.. (await File.ReadAllLinesAsync(path, Cancel))
            .Select(line => System.Text.Json.JsonSerializer.Deserialize(line, Slipway.Contracts.ContractsJson.Default.DeployEvent)!)
            .Where(happened => happened.Kind == DeployEventKind.StepFinished)
            .Select(happened => happened.Step!)];
    }

    /// <summary>What the world gets.</summary>
    public async Task<string> GetAsync(string app)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{Config.HttpPort}/") { Headers = { Host = $"{app}.localhost" } };
        using var answer = await http.SendAsync(request, Cancel);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}".Trim();
    }

    /// <summary>Waits for a pass in which it is so; 10 s at most.</summary>
    public async Task<Pass> UntilAsync(Func<Pass, bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        return await Reconciler.UntilAsync(condition, limit.Token);
    }

    /// <summary>Nothing is left to do, as seen by a pass that began after this call.</summary>
    public async Task SettledAsync()
    {
        var (seen, passes) = (Reconciler.Last, 0);
        await UntilAsync(pass =>
        {
            if (pass != seen) (seen, passes) = (pass, passes + 1);
            if (passes < 2) Reconciler.Wake();
            return passes >= 2 && pass.Plan.Actions.Count == 0 && pass.Plan.WakeAt is null && pass.Actual.Served is not null && pass.UnderWay.Count == 0;
        });
    }

    public IEnumerable<string> Names(string app) => Runner.Instances.Where(i => i.App.Value == app && i.State == InstanceState.Running).Select(i => $"{i.Name} v{i.Release}").Order();

    public async ValueTask DisposeAsync()
    {
        await StopControlAsync();
        await Edge.DisposeAsync();
        await Runner.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _home.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
