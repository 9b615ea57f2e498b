using System.ComponentModel;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Protocol;

/// <summary>Listens on the runner's socket: one connection, one verb. Who may not ask is told so and nothing else.</summary>
internal sealed class RunnerServer(ServerConfig config, ServerIdentity identity, Verbs verbs)
{
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);

    public async Task ServeAsync(CancellationToken cancel)
    {
        using var listener = Listen();
        using var memory = new IdleMemory();
        memory.Touch();
        Journal.Info($"listening on {config.RunnerSocket}");
        while (!cancel.IsCancellationRequested)
        {
            var connection = await listener.AcceptAsync(cancel);
            _ = AnswerAsync(connection, memory, cancel);
        }
    }

    /// <summary>Made aside with its owner and mode and then renamed: nobody can connect before both are right, and a stale one is replaced.</summary>
    private Socket Listen()
    {
        var aside = config.RunnerSocket + ".new";
        File.Delete(aside);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(aside));
        Libc.Check(Libc.ChangeOwner(aside, 0, (uint)identity.GroupId), $"chown {aside}");
        Libc.Check(Libc.ChangeMode(aside, 0x1b0), $"chmod {aside}");
        listener.Listen(128);
        File.Move(aside, config.RunnerSocket, overwrite: true);
        return listener;
    }

    private async Task AnswerAsync(Socket connection, IdleMemory memory, CancellationToken stopping)
    {
        try
        {
            await using var client = new FrameStream(new NetworkStream(connection, ownsSocket: true));
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            try
            {
                RequireKnownPeer(connection);
                var request = await ReadAsync(client, cancel.Token);
                await verbs.AnswerAsync(request, client, cancel.Token);
            }
            catch (Exception e) when (Failure(e) is { } failure)
            {
                await client.WriteJsonAsync(FrameType.Error, failure, Contracts.ContractsJson.Default.RunnerFailure, stopping);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Journal.Debug($"a client went away: {e.Message}");
        }
        finally
        {
            if (!stopping.IsCancellationRequested) memory.Touch();
        }
    }

    private void RequireKnownPeer(Socket connection)
    {
        const int solSocket = 1, peerCredentials = 17;
        Span<byte> credentials = stackalloc byte[12];
        connection.GetRawSocketOption(solSocket, peerCredentials, credentials);
        var uid = BitConverter.ToInt32(credentials[4..]);
        if (uid == 0 || uid == identity.ControlUid) return;
        Journal.Warn($"refused a client with uid {uid}");
        throw new SlipwayException(403, new SlipwayError("peer_refused", "Only slipwayd and root may talk to slipway-runner.") { Why = $"The client's uid is {uid}." });
    }

    private static async Task<RunnerRequest> ReadAsync(FrameStream client, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RequestTime);
        var frame = await client.ReadAsync(limit.Token);
        return frame is { Type: FrameType.Request } request
            ? JsonSerializer.Deserialize(request.Payload.Span, StrictJson.Default.RunnerRequest) ?? throw new JsonException("The request is 'null'.")
            : throw new InvalidDataException("A connection begins with one Request frame.");
    }

    /// <returns>What the client is told; null for what only means that it is gone.</returns>
    private static RunnerFailure? Failure(Exception e)
    {
        switch (e)
        {
            case SlipwayException known:
                Journal.Debug($"refused: {known.Error.Id}: {known.Message}");
                return new RunnerFailure(known.Status, known.Error);
            case JsonException or InvalidDataException or EndOfStreamException:
                return new RunnerFailure(400, new SlipwayError("invalid_request", "That is not a request to slipway-runner.") { Why = e.Message });
            case SocketException or ObjectDisposedException or OperationCanceledException:
            case IOException { InnerException: SocketException }:
                return null;
            default:
                Journal.Warn(e.ToString());
                var full = e is Win32Exception { NativeErrorCode: 28 } || e.HResult == 28 || e.Message.Contains("No space left", StringComparison.Ordinal);
                return full
                    ? new RunnerFailure(507, new SlipwayError("disk_full", "The server's disk is full.") { Why = e.Message, Next = "df -h; then slipway destroy what is not needed, or add disk." })
                    : new RunnerFailure(500, new SlipwayError("runner_failed", "slipway-runner failed at this.") { Why = $"{e.GetType().Name}: {e.Message}", Next = "Its log has the details." });
        }
    }
}
