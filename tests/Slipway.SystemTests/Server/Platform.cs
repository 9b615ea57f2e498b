using System.Reflection;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Server;
using Slipway.SystemTests.Server;

[assembly: AssemblyFixture(typeof(Platform))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Slipway.SystemTests.Server;

/// <summary>
/// A whole server, brought up by <c>bin/up</c> beside the developer's own: other name, port, network, users and folders.
/// Stopped at the end; its stacks stay for the next run.
/// </summary>
public sealed class Platform : IAsyncLifetime
{
    /// <summary>The environment may name another server, so that two developers can test on one machine.</summary>
    internal static string Name { get; } = Setting("SLIPWAY_NAME", "slipway-test");

    private static readonly Dictionary<string, string?> Environment = new()
    {
        ["SLIPWAY_NAME"] = Name,
        ["SLIPWAY_PORT"] = Setting("SLIPWAY_PORT", "18080"),
        ["SLIPWAY_SUBNET"] = Setting("SLIPWAY_SUBNET", "10.84"),
        ["SLIPWAY_UID_BASE"] = Setting("SLIPWAY_UID_BASE", "300000"),
        ["SLIPWAY_NO_SAMPLE"] = "1",
        ["PIP_INDEX_URL"] = "local",
    };

    public static string Repository { get; } = typeof(Platform).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Repository").Value!;

    private ServerConfig? _config;

    internal ServerConfig Config => _config ?? throw new InvalidOperationException("The server is not up.");

    internal string LogsFolder => "/var/log/" + Config.Name;

    internal Cli Cli => new(this);

    public async ValueTask InitializeAsync()
    {
        await UpAsync();
        foreach (var app in await AppsAsync()) await Cli.RunAsync("destroy", "--app", app.Name.Value, "--confirm", app.Name.Value);
    }

    public async ValueTask DisposeAsync() => (await DownAsync()).MustSucceed();

    internal async Task<RunResult> UpAsync()
    {
        var up = await Run.ProgramAsync(Path.Combine(Repository, "bin/up"), [], Repository, Environment, patience: TimeSpan.FromMinutes(15));
        up.MustSucceed();
        _config = ServerConfig.Load($"/etc/{Name}/server.json");
        return up;
    }

    private static string Setting(string name, string otherwise) => System.Environment.GetEnvironmentVariable(name) ?? otherwise;

    internal static Task<RunResult> DownAsync() =>
        Run.ProgramAsync(Path.Combine(Repository, "bin/down"), [], Repository, Environment);

    internal async Task<IReadOnlyList<App>> AppsAsync()
    {
        var listed = (await Cli.RunAsync("apps", "--json")).MustSucceed();
        return JsonSerializer.Deserialize(listed.Output, ContractsJson.Default.IReadOnlyListApp)!;
    }

    internal Site Site(string app) => new($"{app}.{Config.Domain}", Config.HttpPort);
}
