using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Git;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Api;

namespace Slipway.Control.Git;

/// <summary>
/// Answers slipway-git. Its folder lets in slipwayd's own user (hooks of pushes) and sshd's; what each asks is worth nothing
/// without a token that slipwayd gave out, but for <see cref="GitVerb.Key"/>, which sshd's user alone is trusted with.
/// </summary>
internal sealed partial class GitSocket(ServerConfig server, Pushes pushes, PushReceiver receiver, GitSession session, ILogger<GitSocket> logger) : BackgroundService
{
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // As the control socket: it listens under a name aside, then takes the old one's place in one step.
        var aside = server.GitSocket + ".new";
        Directory.CreateDirectory(Path.GetDirectoryName(aside)!);
        File.Delete(aside);
        _listener.Bind(new UnixDomainSocketEndPoint(aside));
        _listener.Listen();
        File.SetUnixFileMode(aside, SocketMode);
        File.Move(aside, server.GitSocket, overwrite: true);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true) _ = AnswerAsync(await _listener.AcceptAsync(stoppingToken), stoppingToken);
    }

    private async Task AnswerAsync(Socket client, CancellationToken cancel)
    {
        await using var frames = new FrameStream(new NetworkStream(client, ownsSocket: true));
        try
        {
            if (await frames.ReadAsync(cancel) is not { Type: FrameType.Request } first) return;
            var request = JsonSerializer.Deserialize(first.Payload.Span, ContractsJson.Default.GitRequest)!;
            var code = request switch
            {
                { Verb: GitVerb.Push, Push: { } pushed } => await PushAsync(pushed, frames, cancel),
                { Verb: GitVerb.Key, Key: { } key } => await KeyAsync(key, frames, cancel),
                { Verb: GitVerb.Session, Session: { } command } => await session.RunAsync(command, frames, cancel),
                _ => throw new InvalidDataException($"There is nothing to do in '{request.Verb}'."),
            };
            await frames.WriteJsonAsync(FrameType.Exit, new GitExit(code), ContractsJson.Default.GitExit, cancel);
        }
        catch (SlipwayException e)
        {
            foreach (var line in DeployText.Failure(e.Error)) await SayAsync(frames, line, cancel);
            await frames.WriteJsonAsync(FrameType.Exit, new GitExit(1), ContractsJson.Default.GitExit, cancel);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return; // the other side is gone, or slipwayd stops
        }
        catch (Exception e)
        {
            LogDefect(e);
        }
    }

    private async Task<int> PushAsync(PushedRefs pushed, FrameStream frames, CancellationToken cancel)
    {
        var push = pushes.Find(pushed.Token) ?? throw GitErrors.NotAPush();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(push.Gone, cancel);
        return await receiver.ReceiveAsync(push, pushed, line => SayAsync(frames, line, gone.Token), gone.Token) ? 0 : 1;
    }

    private async Task<int> KeyAsync(PresentedKey key, FrameStream frames, CancellationToken cancel)
    {
        await frames.WriteAsync(FrameType.Stdout, Encoding.ASCII.GetBytes(await session.AuthorizeAsync(key, cancel)), cancel);
        return 0;
    }

    /// <summary>What a build prints must not steer the pusher's terminal.</summary>
    private static ValueTask SayAsync(FrameStream frames, string line, CancellationToken cancel)
    {
        var visible = string.Concat(line.Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '\uFFFD' : c));
        return frames.WriteAsync(FrameType.Stderr, Encoding.UTF8.GetBytes(visible + "\n"), cancel);
    }

    [LoggerMessage(LogLevel.Error, "A call of slipway-git met a defect")]
    private partial void LogDefect(Exception e);
}
