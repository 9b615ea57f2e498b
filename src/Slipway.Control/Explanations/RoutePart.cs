using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Control.Instances;
using Slipway.Control.Routing;
using Slipway.Control.Store;

namespace Slipway.Control.Explanations;

/// <summary>What the edge itself says that it serves of the app.</summary>
internal sealed class RoutePart(EdgeClient edge, ServerConfig server) : Part
{
    private static readonly JsonSerializerOptions Indented = new(ContractsJson.Default.Options) { WriteIndented = true };

    public override string Name => "route";

    public override async Task<IReadOnlyList<ExplainedSection>> ExplainAsync(AppRow app, CancellationToken cancel)
    {
        RoutingRevision revision;
        try
        {
            revision = await edge.ReadAsync(cancel);
        }
        catch (HttpRequestException e)
        {
            throw new SlipwayException(503, new SlipwayError("edge_unreachable", "slipway-edge did not answer.") { Why = e.Message, Next = "slipway doctor" });
        }

        var name = AppName.Parse(app.Handle);
        if (revision.Routes.FirstOrDefault(route => route.App == name) is not { } route) return [new("no route", "The edge knows nothing of this app: it answers 404 for its names.", [])];
        var part = new RoutingRevision(revision.Number, revision.CreatedAt, [route]) { Certificates = [.. revision.Certificates.Where(one => one.Hosts.Intersect(route.Hosts).Any())] };
        return
        [
            new($"routing revision {revision.Number}", "Applied by the edge as a whole. Static prefixes are looked at first, the longest first, then the backends. The whole of it:",
                [$"curl --unix-socket {server.EdgeSocket} http://edge/revision"]),
            new("this app's part", "A backend gets requests from the moment it is in here.", JsonSerializer.Serialize(part, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<RoutingRevision>)Indented.GetTypeInfo(typeof(RoutingRevision))).Split('\n')),
            new("asking by hand", "First through the edge as the world does, then each backend without it.",
            [
                .. route.Hosts.Take(5).Select(host => $"curl --resolve {host}:{server.HttpPort}:127.0.0.1 http://{host}:{server.HttpPort}/"),
                .. route.Backends.Select(backend => backend.Address.StartsWith("unix:", StringComparison.Ordinal)
                    ? $"curl --unix-socket {backend.Address["unix:".Length..]} http://{route.Hosts[0]}/   # {backend.Name}"
                    : $"curl -H 'Host: {route.Hosts[0]}' http://{backend.Address["tcp:".Length..]}/   # {backend.Name}"),
            ]),
        ];
    }
}
