using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Server;

/// <summary><c>slipway server telemetry</c>: where Slipway's own traces go.</summary>
internal static class TelemetryCommands
{
    private static readonly Argument<string> Endpoint = new("ENDPOINT") { Description = "Base address of an OTLP receiver over HTTP; /v1/traces is added." };
    private static readonly Option<string[]> Header = new("--header") { Description = "Sent along, as NAME=VALUE; may be given several times. Kept encrypted.", HelpName = "NAME=VALUE", Arity = ArgumentArity.OneOrMore };

    public static Command All(CommandTree tree) => tree.Group(
        tree.Command("telemetry", "Show where Slipway's own traces go, and whether they arrive.", ["slipway server telemetry", "slipway server telemetry --json"], ShowAsync, CommonOptions.Json),
        tree.Command("set", "Send a trace of each deploy to an OpenTelemetry receiver.", ["slipway server telemetry set http://127.0.0.1:4318", "slipway server telemetry set https://otlp.example.org --header api-key=4711"],
            SetAsync, Endpoint, Header, CommonOptions.Json),
        tree.Command("unset", "Send no traces any more.", ["slipway server telemetry unset"], UnsetAsync, CommonOptions.Json));

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Telemetry, ContractsJson.Default.Telemetry, cancel), telemetry => Write(run, telemetry));

    private static async Task<int> SetAsync(Invocation run, CancellationToken cancel)
    {
        var headers = new Dictionary<string, string>();
        foreach (var header in run.Get(Header) ?? [])
        {
            if (header.Split('=', 2) is not [{ Length: > 0 } name, var value]) throw Failure.Usage("invalid_header", $"'{Visible.Text(header)}' is not a header.", next: "--header NAME=VALUE");
            headers[name] = value;
        }

        var answer = await run.Api.SendAsync(
            HttpMethod.Put, Routes.Telemetry, new SetTelemetryRequest(run.Get(Endpoint), headers), ContractsJson.Default.SetTelemetryRequest, ContractsJson.Default.Telemetry, cancel);
        return run.Show(answer, telemetry => Write(run, telemetry));
    }

    private static async Task<int> UnsetAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.SendAsync(HttpMethod.Delete, Routes.Telemetry, null, ContractsJson.Default.Telemetry, cancel), telemetry => Write(run, telemetry));

    private static void Write(Invocation run, Telemetry telemetry)
    {
        if (telemetry.Endpoint is null)
        {
            run.Screen.Line("Traces go nowhere.");
            return;
        }

        var headers = telemetry.Headers.Count == 0 ? "" : $", with {string.Join(", ", telemetry.Headers)}";
        run.Screen.Line($"Traces go to {Visible.Text(telemetry.Endpoint.OriginalString)}{headers}{(telemetry.Origin == "environment" ? " (by slipwayd's environment)" : "")}.");
        if (telemetry.LastSentAt is { } at) run.Screen.Line($"Last sent {Visible.Time(at)}.");
        if (telemetry.LastError is { } why) run.Screen.Line(run.Screen.Red($"The last did not arrive: {Visible.Text(why)}"));
    }
}
