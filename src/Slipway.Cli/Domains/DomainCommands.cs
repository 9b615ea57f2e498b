using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Names;

namespace Slipway.Cli.Domains;

/// <summary><c>slipway domains</c>.</summary>
internal static class DomainCommands
{
    private static readonly Argument<string> Hostname = new("HOSTNAME") { Description = "www.example.org" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("domains", "List the app's domains.", ["slipway domains", "slipway domains add www.example.org"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("add", "Serve the app at one more domain.", ["slipway domains add www.example.org"], AddAsync, Hostname, CommonOptions.App, CommonOptions.NoWait),
            tree.Command("remove", "Serve the app at a domain no more.", ["slipway domains remove www.example.org"], RemoveAsync, Hostname, CommonOptions.App)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Of(run.App, "domains"), ContractsJson.Default.IReadOnlyListDomain, cancel), all =>
        {
            var table = new Table(new Column("HOSTNAME", 3), new("KIND", 1), new("STATUS", 2), new("SINCE", 0));
            foreach (var domain in all) table.Add(domain.Hostname.Value, domain.Kind, domain.Status, Visible.Time(domain.CreatedAt));
            table.Write(run.Screen);
        });

    private static async Task<int> AddAsync(Invocation run, CancellationToken cancel)
    {
        var (app, name) = (run.App, Invocation.Name<DomainName>(run.Get(Hostname)));
        var answer = await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "domains"), new CreateDomainRequest(name.Value), ContractsJson.Default.CreateDomainRequest, ContractsJson.Default.Domain, cancel);
        run.Screen.Line($"{run.Screen.Bold(app.Value)} is served at {name}, once the name's DNS record points to this server.");
        return await Deploys.Rollout.AfterAsync(run, app, answer, cancel);
    }

    private static async Task<int> RemoveAsync(Invocation run, CancellationToken cancel)
    {
        var (app, name) = (run.App, Invocation.Name<DomainName>(run.Get(Hostname)));
        await run.Api.SendAsync(HttpMethod.Delete, Routes.Of(app, "domains", name.Value), null, cancel);
        run.Screen.Line($"{run.Screen.Bold(app.Value)} is no more served at {name}.");
        return ExitCode.Success;
    }
}
