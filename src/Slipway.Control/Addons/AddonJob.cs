using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Control.Logs;
using Slipway.Control.Stacks;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>
/// Runs a database's own programs (<c>pg_dump</c>, <c>pg_restore</c>) to their end, in an instance of the app's and as the app's
/// own user of the database: what a dump makes such a program do, it does with nothing but the app's own rights.
/// </summary>
internal sealed class AddonJob(AddonShell shell, StackCatalog stacks)
{
    private const int Block = 64 << 10;

    /// <param name="target">Address of the database.</param>
    /// <param name="input">What the program reads; null for nothing.</param>
    /// <param name="output">Gets what it writes.</param>
    /// <param name="said">Gets its lines of complaint.</param>
    /// <returns>Its exit status.</returns>
    /// <exception cref="SlipwayException">It cannot be started.</exception>
    public async Task<int> RunAsync(
        AppRow app, AddonRow addon, AddonServerRow server, Uri target, IReadOnlyList<string> command, Stream? input,
        Func<ReadOnlyMemory<byte>, ValueTask> output, Func<string, ValueTask> said, CancellationToken cancel)
    {
        var kind = AddonKinds.Of(addon.Service);
        var stack = await stacks.FindAsync(kind.Stack, _ => ValueTask.CompletedTask, cancel);
        var client = new ClientProgram(command, kind.Client(target).Environment);
        await using var job = await shell.StartAsync(app, server, stack, client, terminal: null, cancel);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var feeding = FeedAsync(job.Frames, input, ended.Token);
        var complaints = new LineSplitter(said);
        try
        {
            while (await job.Frames.ReadAsync(cancel) is { } frame)
            {
                switch (frame.Type)
                {
                    case FrameType.Stdout:
                        await output(frame.Payload);
                        break;
                    case FrameType.Stderr:
                        await complaints.WriteAsync(frame.Payload);
                        break;
                    case FrameType.Exit:
                        await complaints.EndAsync();
                        return JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.InstanceExit)!.Code;
                }
            }

            throw new IOException("The instance's connection ended.");
        }
        finally
        {
            await ended.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task FeedAsync(FrameStream frames, Stream? input, CancellationToken cancel)
    {
        var block = new byte[Block];
        for (int got; input is not null && (got = await input.ReadAsync(block, cancel)) > 0;)
            await frames.WriteAsync(FrameType.Stdin, block.AsMemory(0, got), cancel);
        await frames.WriteAsync(FrameType.Stdin, ReadOnlyMemory<byte>.Empty, cancel);
    }
}
