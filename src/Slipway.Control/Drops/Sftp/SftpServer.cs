using System.IO.Pipelines;
using Microsoft.EntityFrameworkCore;
using Slipway.Contracts.Runner;
using Slipway.Control.Access;
using Slipway.Control.Sources;
using Slipway.Control.Store;

namespace Slipway.Control.Drops.Sftp;

/// <summary>Serves SFTP in an SSH session that slipway-git passes on.</summary>
internal sealed class SftpServer(IDbContextFactory<SlipwayStore> stores, DropFolders folders, SourceLimits limits)
{
    /// <returns>The session's exit status.</returns>
    public async Task<int> ServeAsync(Actor actor, FrameStream frames, CancellationToken cancel)
    {
        var pipe = new Pipe();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var receiving = ReceiveAsync(frames, pipe.Writer, ended.Token);
        await using var session = new SftpSession(
            new SftpTree(stores, folders, limits, actor), pipe.Reader.AsStream(), packet => frames.WriteAsync(FrameType.Stdout, packet, cancel));
        try
        {
            await session.RunAsync(cancel);
            return 0;
        }
        catch (InvalidDataException)
        {
            return 1; // what speaks there is no client of SFTP
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await ended.CancelAsync();
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Until the client has sent all, or is gone.</summary>
    private static async Task ReceiveAsync(FrameStream frames, PipeWriter to, CancellationToken cancel)
    {
        try
        {
            while (await frames.ReadAsync(cancel) is { Payload.IsEmpty: false } frame)
                if ((await to.WriteAsync(frame.Payload, cancel)).IsCompleted) return;
        }
        finally
        {
            await to.CompleteAsync();
        }
    }
}
