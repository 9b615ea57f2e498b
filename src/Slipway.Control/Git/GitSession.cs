using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Git;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Access;
using Slipway.Control.Drops.Rsync;
using Slipway.Control.Drops.Sftp;
using Slipway.Control.Keys;
using Slipway.Control.Store;
using AppRequest = Slipway.Control.Api.AppRequest;

namespace Slipway.Control.Git;

/// <summary>
/// What somebody whom sshd let in may do: git's two services, SFTP and rsync, on the apps that they may see. sshd's user itself may
/// do nothing; what serves them runs here, under slipwayd.
/// </summary>
internal sealed partial class GitSession(
    IDbContextFactory<SlipwayStore> stores, SshKeys keys, Capabilities capabilities, GitProgram git, GitRepositories repositories, Pushes pushes, SftpServer sftp, RsyncServer rsync, ServerConfig server)
{
    /// <summary>From the key to the command: as long as a slow client takes to begin.</summary>
    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(2);

    /// <returns>The line that lets a key in, for sshd; empty when it is nobody's. It allows one session, begun soon, as its owner.</returns>
    public async Task<string> AuthorizeAsync(PresentedKey presented, CancellationToken cancel)
    {
        if (await keys.FindAsync(presented.Type, presented.Blob, cancel) is not var (key, actor)) return "";
        var token = capabilities.Issue($"ssh {actor.AccountId}", TokenLife);
        return $"restrict,environment=\"{GitVariables.Session}={token}\" {key.Type} {key.Blob}\n";
    }

    /// <returns>The exit status of git.</returns>
    public async Task<int> RunAsync(SessionCommand session, FrameStream frames, CancellationToken cancel)
    {
        var actor = await FindActorAsync(session.Token, cancel);
        if (session.Command is null) throw NoShell(actor);
        if (session.Command == SftpSession.Command) return await sftp.ServeAsync(actor, frames, cancel);
        if (RsyncCommand.Is(session.Command)) return await rsync.ServeAsync(actor, session.Command, frames, cancel);
        var match = GitCommand().Match(session.Command);
        if (!match.Success) throw UnknownCommand(session.Command);

        var app = await FindAppAsync(actor, match.Groups["app"].Value, cancel);
        var repository = await repositories.FindOrCreateAsync(app, cancel);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var push = pushes.Begin(app, repository, actor, gone.Token);
        using var process = git.Start([match.Groups["service"].Value, repository], Variables(push, session.Protocol));
        try
        {
            return await BridgeAsync(process, frames, gone);
        }
        finally
        {
            GitProgram.Stop(process);
        }
    }

    /// <summary>A program at the other end of the client's connection, until it has ended.</summary>
    /// <param name="gone">Is cancelled when the client is.</param>
    /// <returns>Its exit status.</returns>
    public static async Task<int> BridgeAsync(Process process, FrameStream frames, CancellationTokenSource gone)
    {
        var input = SendInputAsync(process, frames, gone);
        await Task.WhenAll(
            CopyAsync(process.StandardOutput.BaseStream, frames, FrameType.Stdout, gone.Token),
            CopyAsync(process.StandardError.BaseStream, frames, FrameType.Stderr, gone.Token));
        await process.WaitForExitAsync(gone.Token);
        var code = process.ExitCode;
        await gone.CancelAsync(); // nothing more is read of the client
        await input.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return code;
    }

    private static async Task SendInputAsync(Process process, FrameStream frames, CancellationTokenSource gone)
    {
        var input = process.StandardInput;
        try
        {
            while (await frames.ReadAsync(gone.Token) is { } frame)
            {
                if (frame.Payload.IsEmpty)
                {
                    input.Close();
                    continue;
                }

                await input.BaseStream.WriteAsync(frame.Payload, gone.Token);
                await input.BaseStream.FlushAsync(gone.Token);
            }
        }
        catch (IOException)
        {
            // git has read enough, or the connection broke.
        }

        await gone.CancelAsync(); // the client is gone
    }

    private static async Task CopyAsync(Stream from, FrameStream to, FrameType type, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        for (int got; (got = await from.ReadAsync(buffer, cancel)) > 0;) await to.WriteAsync(type, buffer.AsMemory(0, got), cancel);
    }

    private IEnumerable<KeyValuePair<string, string>> Variables(Push push, string? protocol)
    {
        yield return new(GitVariables.Push, push.Token);
        yield return new(GitVariables.Socket, server.GitSocket);
        if (protocol is not null && ProtocolVersion().IsMatch(protocol)) yield return new("GIT_PROTOCOL", protocol);
    }

    private async Task<Actor> FindActorAsync(string token, CancellationToken cancel)
    {
        if (capabilities.Check(token)?.Split(' ') is not ["ssh", var account]) throw new SlipwayException(401, AccessErrors.Unauthorized);
        var id = long.Parse(account);
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await store.Accounts.Where(row => row.Id == id).FirstOrDefaultAsync(cancel) is { } known ? Actor.Of(known)
            : throw new SlipwayException(401, AccessErrors.Unauthorized);
    }

    private async Task<AppRow> FindAppAsync(Actor actor, string name, CancellationToken cancel)
    {
        await using var store = await stores.CreateDbContextAsync(cancel);
        return await AppRequest.Visible(store, actor, AppPermission.Deploy).AsNoTracking().FirstOrDefaultAsync(row => row.Name == name, cancel)
            ?? throw AppRequest.NotFound("app", name);
    }

    private static SlipwayException NoShell(Actor actor) => new(422, new SlipwayError("no_shell", $"Hello {actor.Email}! Your key is known here.")
    {
        Why = "This server's SSH is for git, SFTP and rsync, and there is no shell behind it.",
        Next = "slipway git remote --ssh; for a shell in an app: slipway run -- bash",
    });

    private static SlipwayException UnknownCommand(string command) => new(422, new SlipwayError("unknown_command", $"{TypedName.Quote(command)} is not a command of this server.")
    {
        Why = "Its SSH takes git push, git fetch and git clone of APP.git, rsync, and SFTP: sftp, scp, sshfs, WinSCP, FileZilla.",
        Next = "For a command in an app: slipway run -- COMMAND",
    });

    /// <summary>As git clients write it: <c>git-receive-pack 'blog.git'</c>, with or without the quotes, a slash before, the ending.</summary>
    [GeneratedRegex(@"\Agit[- ](?<service>receive-pack|upload-pack) (?<quote>'?)/?(?<app>[a-z0-9-]{1,30})(\.git)?/?\k<quote>\z", RegexOptions.CultureInvariant)]
    private static partial Regex GitCommand();

    [GeneratedRegex(@"\Aversion=[0-9]\z", RegexOptions.CultureInvariant)]
    internal static partial Regex ProtocolVersion();
}
