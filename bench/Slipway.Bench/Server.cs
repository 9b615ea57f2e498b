using System.Diagnostics;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Server;

namespace Slipway.Bench;

/// <summary>The server under measurement, brought up by <c>bench/run</c>.</summary>
internal sealed class Server
{
    public ServerConfig Config { get; } = ServerConfig.Load($"/etc/{Name}/server.json");

    public string Index => "file://" + Path.Combine(Config.LocalIndexDirectory, "simple/");

    public string EdgeProgram => $"/usr/lib/{Name}/edge/slipway-edge";

    private static string Name => Environment.GetEnvironmentVariable("SLIPWAY_NAME") ?? throw new InvalidOperationException("Start this with bench/run.");

    private static string Cli => $"/usr/lib/{Name}/cli/slipway";

    private Dictionary<string, string> Login => new() { ["XDG_CONFIG_HOME"] = Path.Combine(Config.Home, "admin"), ["NO_COLOR"] = "1" };

    public Task<string> SlipwayAsync(string folder, params string[] arguments) => Programs.RunAsync(Cli, arguments, folder, Login);

    /// <summary>One that goes on until it is ended; the caller does.</summary>
    public Process Start(params string[] arguments) => Programs.Start(Cli, arguments, "/", Login);

    /// <summary>The admin's, as the CLI keeps it.</summary>
    public async Task<string> TokenAsync()
    {
        var file = Directory.EnumerateFiles(Path.Combine(Config.Home, "admin", "slipway")).Single();
        using var logins = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
        return logins.RootElement.GetProperty("logins").EnumerateObject().First().Value.GetProperty("token").GetString()!;
    }

    public Task DestroyAsync(string app) => SlipwayAsync("/", "destroy", "--app", app, "--confirm", app);

    public async Task DestroyAllAsync()
    {
        var apps = JsonSerializer.Deserialize(await SlipwayAsync("/", "apps", "--json"), ContractsJson.Default.IReadOnlyListApp)!;
        foreach (var app in apps) await DestroyAsync(app.Name.Value);
    }

    /// <summary>Seconds from the start of <c>slipway deploy</c> until its page says so; returns when the deploy is over, too.</summary>
    public async Task<double> DeployAsync(DjangoSite site, string app)
    {
        var began = Stopwatch.GetTimestamp();
        var deploying = SlipwayAsync(site.Folder, "deploy", "--app", app);
        await Task.WhenAny(deploying, Measure.UntilAnsweredAsync($"{app}.{Config.Domain}", Config.HttpPort, site.Text));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await deploying;
        return seconds;
    }
}
