using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Api;
using Slipway.Cli.Deploys;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Cli.Server;

/// <summary><c>slipway server</c>, <c>slipway stack</c>.</summary>
internal static class ServerCommands
{
    private static readonly Argument<string> Setting = new("NAME") { Description = "package-index, private-sources (allow: deploys may fetch from this network), or acme-directory" };
    private static readonly Argument<string> Value = new("VALUE") { Description = "The index's URL, or local for the one on the server's disk." };
    private static readonly Argument<string> Stack = new("NAME") { Description = "python" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(new Command("server", "The server itself."),
            tree.Command("info", "Show versions, limits and settings of the server.", ["slipway server info"], InfoAsync, CommonOptions.Json),
            tree.Command("ca", "Print the certificate of the server's own authority: who trusts it gets no warning.", ["slipway server ca > slipway-ca.crt"], AuthorityAsync, CommonOptions.Json),
            tree.Command("set", "Change a setting of the whole server.", ["slipway server set package-index https://pypi.example.org/simple", "slipway server set package-index local"], (run, cancel) => ChangeAsync(run, run.Get(Value), cancel), Setting, Value),
            tree.Command("unset", "Take a setting of the server back to its default.", ["slipway server unset package-index"], (run, cancel) => ChangeAsync(run, null, cancel), Setting),
            SmarthostCommands.All(tree), TelemetryCommands.All(tree)),
        tree.Command("doctor", "Look at the server itself: daemons, disk, memory, clock, kernel, ports, DNS, certificates, backups. Ends with status 1 when something is wrong.",
            ["slipway doctor", "slipway doctor --json | jq -r '.parts[].found[].code'"], DoctorCommand.RunAsync, CommonOptions.Json),
        tree.Command("version", "Show the version of this command.", ["slipway version"], Version),
        tree.Group(new Command("stack", "The base file systems that apps build and run on."),
            tree.Command("list", "List the server's stacks.", ["slipway stack list"], ListStacksAsync, CommonOptions.Json),
            tree.Command("rebuild", "Build a stack anew from today's Debian packages.", ["slipway stack rebuild python"], RebuildAsync, Stack, CommonOptions.Verbose)),
    ];

    private static Task<int> Version(Invocation run, CancellationToken cancel)
    {
        run.Screen.Line(CommandTree.Version);
        return Task.FromResult(ExitCode.Success);
    }

    private static async Task<int> InfoAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Server, ContractsJson.Default.Server, cancel), server =>
        {
            var runner = server.Runner;
            foreach (var (name, value) in ((string, string)[])
            [
                ("Slipway", $"{server.Version} (runner {runner.Version}, edge {server.EdgeVersion ?? "not reached"}, this command {CommandTree.Version})"),
                ("Apps", server.Apps.ToString(CultureInfo.InvariantCulture)),
                ("Machine", $"{Visible.Count(runner.Cpus, "CPU")}, {Visible.Bytes(runner.MemoryBytes)} of memory, cgroup v{runner.CgroupVersion}"),
                ("Containers", $"{runner.OciRuntime} {runner.OciRuntimeVersion}, conmon {runner.ConmonVersion}"),
                ("", runner.OciRuntimeWhy),
                ("Routing", $"revision {server.RoutingRevision}"),
                .. server.Stacks.Select(s => ($"Stack", $"{s.Name} of {s.Date}")),
                .. server.Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value)),
            ]) run.Screen.Line($"{run.Screen.Dim(name.PadRight(14))} {Visible.Text(value)}");
        });

    private static async Task<int> AuthorityAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Authority, ContractsJson.Default.ServerAuthority, cancel), authority =>
        {
            run.Screen.Line(authority.Certificate.TrimEnd());
            run.Screen.Note($"SHA-256 {authority.Fingerprint}, until {Visible.Time(authority.ExpiresAt)}");
        });

    private static async Task<int> ChangeAsync(Invocation run, string? value, CancellationToken cancel)
    {
        var name = run.Get(Setting)!;
        await run.Api.SendAsync(HttpMethod.Patch, Routes.ServerSettings, ApiClient.Json(new Dictionary<string, string> { [name] = value! }, ContractsJson.Default.IReadOnlyDictionaryStringString), cancel);
        run.Screen.Line(value is null ? $"{Visible.Text(name)} is at its default again." : $"{Visible.Text(name)} is {Visible.Text(value)} now.");
        return ExitCode.Success;
    }

    private static async Task<int> ListStacksAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Stacks, ContractsJson.Default.IReadOnlyListStackInfo, cancel), all =>
        {
            var table = new Table(new Column("NAME", 3), new("DATE", 2), new("PACKAGES", 1, Right: true), new("LAYER", 0));
            foreach (var stack in all) table.Add(stack.Name.Value, stack.Date, stack.Packages.Count.ToString(CultureInfo.InvariantCulture), stack.Layer.Value);
            table.Write(run.Screen);
        });

    private static async Task<int> RebuildAsync(Invocation run, CancellationToken cancel)
    {
        var name = Invocation.Name<StackName>(run.Get(Stack));
        using var answer = await run.Api.OpenAsync(new HttpRequestMessage(HttpMethod.Post, $"{Routes.Stacks}/{name}/rebuild"), cancel);
        await using var view = DeployView.For(run, run.Get(CommonOptions.Verbose));
        var last = await new DeployFollower(run.Api, "", "slipway stack list", view, TimeProvider.System).ReadAsync(answer, cancel);
        await view.DisposeAsync();
        if (last?.Kind == DeployEventKind.Succeeded) return ExitCode.Success;
        throw new Failure(ExitCode.Failure, last?.Error ?? new SlipwayError("connection_lost", "The connection was lost; the server goes on building.") { Next = "slipway stack list" });
    }
}
