using System.Text.Json;
using Slipway.Contracts;

namespace Slipway.SystemTests.Server;

/// <summary>The server behind an add-on, which runs as an app of its own.</summary>
internal static class AddonServer
{
    public static async Task<string> OfAsync(Platform platform, string app, string addon)
    {
        var info = (await platform.Cli.RunAsync("addons", "info", addon, "--app", app, "--json")).MustSucceed();
        return "slipway-" + JsonSerializer.Deserialize(info.Output, ContractsJson.Default.AddonDetails)!.Host.Split('.')[0];
    }
}
