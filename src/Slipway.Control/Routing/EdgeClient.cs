using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Names;
using Slipway.Contracts.Routing;
using Slipway.Contracts.Server;
using Slipway.Contracts.Traffic;

namespace Slipway.Control.Routing;

/// <summary>Talks to the edge's admin socket. Every failure is an <see cref="HttpRequestException"/>; the caller looks again later.</summary>
internal sealed class EdgeClient : IDisposable
{
    private readonly HttpClient _http;

    public EdgeClient(ServerConfig server) => _http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(server.EdgeSocket), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://edge"),
        Timeout = TimeSpan.FromSeconds(10),
    };

    public Task<EdgeStatus> StatusAsync(CancellationToken cancel) => CallAsync(async () =>
        (await _http.GetFromJsonAsync("/revision", ContractsJson.Default.EdgeStatus, cancel))!, cancel);

    public async Task<RoutingRevision> ReadAsync(CancellationToken cancel) => (await StatusAsync(cancel)).Revision;

    /// <returns>What the edge serves once it has applied the revision.</returns>
    public Task<RoutingRevision> PublishAsync(RoutingRevision revision, CancellationToken cancel) => CallAsync(async () =>
    {
        using var answer = await _http.PutAsJsonAsync("/revision", revision, ContractsJson.Default.RoutingRevision, cancel);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"The edge refused routing revision {revision.Number}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancel)}");
        return (await answer.Content.ReadFromJsonAsync(ContractsJson.Default.EdgeStatus, cancel))!.Revision;
    }, cancel);

    /// <summary>Ids of the certificates that the edge has.</summary>
    public Task<IReadOnlyList<string>> CertificatesAsync(CancellationToken cancel) => CallAsync(async () =>
        (await _http.GetFromJsonAsync("/certificates", ContractsJson.Default.IReadOnlyListString, cancel))!, cancel);

    public Task PutCertificateAsync(CertificateFile certificate, CancellationToken cancel) => CallAsync(async () =>
    {
        var id = CertificateFile.IdOf(certificate.Chain);
        using var answer = await _http.PutAsJsonAsync($"/certificates/{id}", certificate, ContractsJson.Default.CertificateFile, cancel);
        return answer.IsSuccessStatusCode ? true : throw new HttpRequestException($"The edge refused certificate {id}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancel)}");
    }, cancel);

    /// <summary>Requests under way at each backend, those among them that no route points to any more.</summary>
    public Task<IReadOnlyDictionary<InstanceId, int>> LoadsAsync(CancellationToken cancel) => CallAsync<IReadOnlyDictionary<InstanceId, int>>(async () =>
        (await _http.GetFromJsonAsync("/backends", ContractsJson.Default.IReadOnlyListBackendLoad, cancel))!
            .ToDictionary(load => load.Instance, load => load.InFlight), cancel);

    /// <summary>What each worker has served since it started.</summary>
    public Task<IReadOnlyList<WorkerTraffic>> TrafficAsync(CancellationToken cancel) => CallAsync(async () =>
        (await _http.GetFromJsonAsync("/traffic", ContractsJson.Default.IReadOnlyListWorkerTraffic, cancel))!, cancel);

    public void Dispose() => _http.Dispose();

    private static async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancel)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is IOException or JsonException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw new HttpRequestException("The edge did not answer as agreed: " + e.Message, e);
        }
    }
}
