using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Slipway.Contracts;
using Slipway.Contracts.Api;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Traffic;
using Slipway.Edge.AccessLog;
using Slipway.Edge.Forwarding;
using Slipway.Edge.Requests;
using Slipway.Edge.Routing;
using Slipway.Edge.Tls;
using Slipway.Edge.Traffic;
using Slipway.Edge.Worker;

namespace Slipway.Edge.Admin;

/// <summary>Answer of <c>GET /health</c>.</summary>
/// <param name="LogLinesDropped">Access log lines that were given up because the disk did not keep pace.</param>
internal sealed record EdgeHealth(string Status, string Version, int Pid, long Revision, int InFlight, long LogLinesDropped);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EdgeHealth))]
internal sealed partial class AdminJson : JsonSerializerContext;

/// <summary>
/// <c>GET</c> and <c>PUT /revision</c>, <c>GET /certificates</c>, <c>PUT /certificates/ID</c>, <c>GET /backends</c>, <c>GET /traffic</c>, <c>GET /health</c> over the admin Unix socket, whose file
/// mode says who may: the edge's user and Slipway's group.
/// </summary>
internal sealed class AdminApi(CurrentRoutes routes, BackendRegistry backends, CertificateFolder certificates, WorkerCounters counters, OtherWorkers others, RouterLog log, Retirement retirement)
{
    private const string CertificatePath = "/certificates/";

    public static string Version { get; } = typeof(AdminApi).Assembly.GetName().Version?.ToString(3) ?? "0";

    public async Task AnswerAsync(Exchange exchange)
    {
        var http = exchange.Http;
        // One request a connection: during a change of workers none waits on a connection to the one that goes.
        http.Response.Headers.Connection = "close";
        try
        {
            var answering = (http.Request.Method, http.Request.Path.Value) switch
            {
                ("GET", "/revision") => WriteAsync(http, Status(), ContractsJson.Default.EdgeStatus),
                ("PUT", "/revision") => PublishAsync(http),
                ("GET", "/certificates") => WriteAsync(http, certificates.Ids(), ContractsJson.Default.IReadOnlyListString),
                ("PUT", { } path) when path.StartsWith(CertificatePath, StringComparison.Ordinal) => SaveCertificateAsync(http, path[CertificatePath.Length..]),
                ("GET", "/backends") => WriteLoadsAsync(http),
                ("GET", OtherWorkers.OwnLoadsPath) => WriteAsync(http, backends.Loads(), ContractsJson.Default.IReadOnlyListBackendLoad),
                ("GET", "/traffic") => WriteTrafficAsync(http),
                ("GET", OtherWorkers.OwnTrafficPath) => WriteAsync(http, counters.Read(), ContractsJson.Default.WorkerTraffic),
                ("GET", "/health") => WriteAsync(http, Health(), AdminJson.Default.EdgeHealth),
                _ => throw new SlipwayException(404, new SlipwayError("not_found", $"The edge has no {http.Request.Method} {http.Request.Path}.")),
            };
            await answering;
        }
        catch (SlipwayException e)
        {
            http.Response.StatusCode = e.Status;
            await WriteAsync(http, ErrorAnswer.From(e.Error, exchange.RequestId), ContractsJson.Default.ErrorAnswer);
        }
    }

    private async Task PublishAsync(HttpContext http)
    {
        RoutingRevision? revision;
        try
        {
            revision = await JsonSerializer.DeserializeAsync(http.Request.Body, ContractsJson.Default.RoutingRevision, http.RequestAborted);
        }
        catch (JsonException e)
        {
            throw new SlipwayException(422, new SlipwayError("invalid_revision", "The routing revision cannot be read.") { Why = e.Message }, e);
        }

        if (revision is null) throw new SlipwayException(422, new SlipwayError("invalid_revision", "The routing revision is null."));
        // Reads and writes files and may index a large folder: not in a thread that serves sockets.
        await Task.Run(() => routes.Publish(revision), http.RequestAborted);
        await WriteAsync(http, Status(), ContractsJson.Default.EdgeStatus);
    }

    private async Task SaveCertificateAsync(HttpContext http, string id)
    {
        CertificateFile? file;
        try
        {
            file = await JsonSerializer.DeserializeAsync(http.Request.Body, ContractsJson.Default.CertificateFile, http.RequestAborted);
        }
        catch (JsonException e)
        {
            // Not as an inner error: what could not be read may be a key.
            throw new SlipwayException(422, new SlipwayError("invalid_certificate", "The certificate cannot be read.") { Why = $"It is no JSON of a chain and a key (line {e.LineNumber})." });
        }

        if (file is not { Chain: not null, Key: not null }) throw new SlipwayException(422, new SlipwayError("invalid_certificate", "The certificate has no chain or no key."));
        await Task.Run(() => certificates.Save(id, file), http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task WriteLoadsAsync(HttpContext http)
    {
        var loads = backends.Loads().Concat(await others.LoadsAsync(http.RequestAborted));
        IReadOnlyList<BackendLoad> sums = [.. loads.GroupBy(l => l.Instance).Select(g => new BackendLoad(g.Key, g.Sum(l => l.InFlight)))];
        await WriteAsync(http, sums, ContractsJson.Default.IReadOnlyListBackendLoad);
    }

    private async Task WriteTrafficAsync(HttpContext http)
    {
        IReadOnlyList<WorkerTraffic> all = [counters.Read(), .. await others.TrafficAsync(http.RequestAborted)];
        await WriteAsync(http, all, ContractsJson.Default.IReadOnlyListWorkerTraffic);
    }

    private EdgeStatus Status() => new(Version, routes.Table.Revision);

    private EdgeHealth Health() => new("ok", Version, Environment.ProcessId, routes.Table.Revision.Number, retirement.InFlight, log.Dropped);

    private static Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }
}
