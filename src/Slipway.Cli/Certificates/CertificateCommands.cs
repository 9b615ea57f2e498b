using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Certificates;

/// <summary><c>slipway certs</c>, <c>slipway https</c>.</summary>
internal static class CertificateCommands
{
    private static readonly Argument<string> Chain = new("CRT") { Description = "File with the certificate and those between it and a root, in PEM." };
    private static readonly Argument<string> Key = new("KEY") { Description = "File with its private key, in PEM and not encrypted." };
    private static readonly Argument<string> Named = new("NAME") { Description = "quiet-harbor-4821" };

    public static IEnumerable<Command> All(CommandTree tree) =>
    [
        tree.Group(
            tree.Command("certs", "List the certificates that you brought.", ["slipway certs", "slipway certs add www.crt www.key"], ListAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("add", "Serve the app's domains with a certificate of yours.", ["slipway certs add www.crt www.key"], AddAsync, Chain, Key, CommonOptions.App, CommonOptions.Json),
            tree.Command("info", "Show a certificate.", ["slipway certs info quiet-harbor-4821"], InfoAsync, Named, CommonOptions.App, CommonOptions.Json),
            tree.Command("update", "Put a renewed certificate in the place of one.", ["slipway certs update quiet-harbor-4821 www.crt www.key"], UpdateAsync, Named, Chain, Key, CommonOptions.App, CommonOptions.Json),
            tree.Command("remove", "Take a certificate away; its domains get one of the server's own authority.", ["slipway certs remove quiet-harbor-4821"], RemoveAsync, Named, CommonOptions.App)),
        tree.Group(
            tree.Command("https", "Show which certificate each of the app's hosts has.", ["slipway https", "slipway https force"], ShowAsync, CommonOptions.App, CommonOptions.Json),
            tree.Command("force", "Serve the app over HTTPS alone: what comes over HTTP is sent there.", ["slipway https force"], (run, cancel) => ChangeAsync(run, true, cancel), CommonOptions.App),
            tree.Command("optional", "Serve the app over HTTP as well.", ["slipway https optional"], (run, cancel) => ChangeAsync(run, false, cancel), CommonOptions.App)),
    ];

    private static async Task<int> ListAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.ListAsync(Routes.Of(run.App, "sni-endpoints"), ContractsJson.Default.IReadOnlyListSniEndpoint, cancel), all =>
        {
            if (all.Count == 0) run.Screen.Note("None of yours: each host has one of the server's own authority (slipway https). Bring one: slipway certs add CRT KEY");
            if (all.Count == 0) return;
            var table = new Table(new Column("NAME", 3), new("HOSTS", 2), new("UNTIL", 1), new("ISSUER", 0));
            foreach (var one in all) table.Add(one.Name, string.Join(", ", one.SslCert.CertDomains), Visible.Time(one.SslCert.ExpiresAt), Visible.Text(one.SslCert.Issuer));
            table.Write(run.Screen);
        });

    private static async Task<int> AddAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.SendAsync(
            HttpMethod.Post, Routes.Of(run.App, "sni-endpoints"), await ReadAsync(run, cancel), ContractsJson.Default.SniEndpointRequest, ContractsJson.Default.SniEndpoint, cancel),
            one => run.Screen.Line($"{run.Screen.Bold(one.Name)} serves {string.Join(", ", one.SslCert.CertDomains)} until {Visible.Time(one.SslCert.ExpiresAt)}."));

    private static async Task<int> InfoAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Of(run.App, "sni-endpoints", run.Get(Named)!), ContractsJson.Default.SniEndpoint, cancel), one =>
        {
            foreach (var (name, value) in ((string, string)[])
            [
                ("Name", one.Name), ("Hosts", string.Join(", ", one.SslCert.CertDomains)), ("Subject", one.SslCert.Subject), ("Issuer", one.SslCert.Issuer),
                ("Since", Visible.Time(one.SslCert.StartsAt)), ("Until", Visible.Time(one.SslCert.ExpiresAt)), ("Trusted", one.SslCert.CaSigned ? "by this server's system" : "no: browsers warn of it"),
            ]) run.Screen.Line($"{run.Screen.Dim(name.PadRight(10))} {Visible.Text(value)}");
        });

    private static async Task<int> UpdateAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.SendAsync(
            HttpMethod.Patch, Routes.Of(run.App, "sni-endpoints", run.Get(Named)!), await ReadAsync(run, cancel), ContractsJson.Default.SniEndpointRequest, ContractsJson.Default.SniEndpoint, cancel),
            one => run.Screen.Line($"{run.Screen.Bold(one.Name)} is good until {Visible.Time(one.SslCert.ExpiresAt)} now."));

    private static async Task<int> RemoveAsync(Invocation run, CancellationToken cancel)
    {
        await run.Api.SendAsync(HttpMethod.Delete, Routes.Of(run.App, "sni-endpoints", run.Get(Named)!), null, cancel);
        run.Screen.Line($"{run.Get(Named)} is gone; its hosts have certificates of the server's own authority.");
        return ExitCode.Success;
    }

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel) =>
        run.Show(await run.Api.GetAsync(Routes.Own(run.App, "https"), ContractsJson.Default.Https, cancel), https => Show(run, https));

    private static async Task<int> ChangeAsync(Invocation run, bool only, CancellationToken cancel)
    {
        var answer = await run.Api.SendAsync(
            HttpMethod.Patch, Routes.Own(run.App, "https"), new UpdateHttpsRequest(only), ContractsJson.Default.UpdateHttpsRequest, ContractsJson.Default.Https, cancel);
        Show(run, answer.Value);
        return ExitCode.Success;
    }

    private static void Show(Invocation run, Https https)
    {
        if (https.Port == 0) run.Screen.Note("This server serves no HTTPS.");
        if (https.Port == 0) return;
        run.Screen.Line(https.Only ? $"HTTPS alone, on port {https.Port}; HTTP is sent there." : $"HTTPS on port {https.Port}, and HTTP as well.");
        var table = new Table(new Column("HOST", 2), new("CERTIFICATE", 1), new("UNTIL", 0));
        foreach (var host in https.Hosts) table.Add(host.Hostname, Words(host.Certificate), host.ExpiresAt is { } until ? Visible.Time(until) : "");
        table.Write(run.Screen);
    }

    private static string Words(string? kind) => kind switch
    {
        "uploaded" => "yours",
        "acme" => "automatic",
        "own" or "server" => "the server's own authority",
        _ => "none yet",
    };

    private static async Task<SniEndpointRequest> ReadAsync(Invocation run, CancellationToken cancel) =>
        new(await ReadAsync(run.Get(Chain)!, cancel), await ReadAsync(run.Get(Key)!, cancel));

    private static async Task<string> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Usage, new SlipwayError("file_unreadable", $"{Visible.Text(file)} cannot be read.") { Why = e.Message }, e);
        }
    }
}
