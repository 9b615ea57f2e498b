using System.Net.Sockets;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Edge.Forwarding;

namespace Slipway.Edge.Admin;

/// <summary>
/// Workers that are still finishing requests after a change of workers. Each has a socket of its own beside the admin
/// socket, so that <c>GET /backends</c> counts their requests too: slipwayd must not stop an instance under them.
/// </summary>
internal sealed class OtherWorkers(ServerConfig config)
{
    public const string OwnLoadsPath = "/backends/own";

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
                loads.AddRange(await AskAsync(socket, cancellation));
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

    private static async Task<IReadOnlyList<BackendLoad>> AskAsync(string socket, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var client = BackendClient.Create("unix:" + socket, BackendClient.AppPatience, new ConnectClock());
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://worker" + OwnLoadsPath);
        using var response = await client.SendAsync(request, limit.Token);
        await using var body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(limit.Token);
        return await JsonSerializer.DeserializeAsync(body, ContractsJson.Default.IReadOnlyListBackendLoad, limit.Token) ?? [];
    }
}
