using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Contracts.Traffic;
using Slipway.Edge.Forwarding;

namespace Slipway.Edge.Admin;

/// <summary>
/// Workers that are still finishing requests after a change of workers. Each has a socket of its own beside the admin
/// socket, so that <c>GET /backends</c> counts their requests too: slipwayd must not stop an instance under them. One that
/// ends leaves what it has counted in a file, for <c>GET /traffic</c>.
/// </summary>
internal sealed class OtherWorkers(ServerConfig config)
{
    public const string OwnLoadsPath = "/backends/own";

    public const string OwnTrafficPath = "/traffic/own";

    /// <summary>By then slipwayd has read it, or was away for a day.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private string Folder => Path.GetDirectoryName(config.EdgeSocket)!;

    public string OwnSocket => Path.Combine(Folder, $"worker-{Environment.ProcessId}.sock");

    /// <exception cref="SlipwayException">503 <c>load_unknown</c>: a worker did not answer in 2 s, or broke off. What it serves is not known then, and 0 would be a lie.</exception>
    public async Task<IReadOnlyList<BackendLoad>> LoadsAsync(CancellationToken cancellation)
    {
        var loads = new List<BackendLoad>();
        foreach (var socket in Directory.EnumerateFiles(Folder, "worker-*.sock"))
        {
            if (socket == OwnSocket) continue;
            try
            {
                loads.AddRange(await AskAsync(socket, OwnLoadsPath, ContractsJson.Default.IReadOnlyListBackendLoad, cancellation) ?? []);
            }
            catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
            {
                File.Delete(socket); // its worker was killed
            }
            catch (HttpRequestException e) when (e.InnerException is SocketException)
            {
                continue; // it ended meanwhile
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                throw new SlipwayException(503, new SlipwayError("load_unknown", "A worker that is finishing its requests did not say how many they are.") { Why = e.Message, Next = "Ask again." }, e);
            }
        }

        return loads;
    }

    /// <summary>Of those that still finish requests, and of those that have ended. One that does not answer is left out: what it counted is in its next answer.</summary>
    public async Task<IReadOnlyList<WorkerTraffic>> TrafficAsync(CancellationToken cancellation)
    {
        var traffic = new List<WorkerTraffic>();
        foreach (var socket in Directory.EnumerateFiles(Folder, "worker-*.sock"))
        {
            if (socket == OwnSocket) continue;
            try
            {
                if (await AskAsync(socket, OwnTrafficPath, ContractsJson.Default.WorkerTraffic, cancellation) is { } others) traffic.Add(others);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                continue;
            }
        }

        foreach (var left in Directory.EnumerateFiles(Folder, "worker-*.traffic"))
        {
            try
            {
                if (File.GetLastWriteTimeUtc(left) < DateTime.UtcNow - Kept) File.Delete(left);
                else if (JsonSerializer.Deserialize(await File.ReadAllBytesAsync(left, cancellation), ContractsJson.Default.WorkerTraffic) is { } ended) traffic.Add(ended);
            }
            catch (Exception e) when (e is IOException or JsonException)
            {
                continue;
            }
        }

        return traffic;
    }

    /// <summary>The last word of this worker: what it has counted, all of it.</summary>
    public void Leave(WorkerTraffic traffic, Action<string> complain)
    {
        var file = Path.Combine(Folder, $"worker-{traffic.Worker:n}.traffic");
        try
        {
            File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(traffic, ContractsJson.Default.WorkerTraffic));
            File.Move(file + ".new", file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            complain($"{file}: {e.Message}");
        }
    }

    private static async Task<T?> AskAsync<T>(string socket, string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var client = BackendClient.Create("unix:" + socket, BackendClient.AppPatience, new ConnectClock());
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://worker" + path);
        using var response = await client.SendAsync(request, limit.Token);
        await using var body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(limit.Token);
        return await JsonSerializer.DeserializeAsync(body, type, limit.Token);
    }
}
