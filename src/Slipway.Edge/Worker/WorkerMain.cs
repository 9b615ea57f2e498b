using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.Contracts.Server;
using Slipway.Edge.Native;

namespace Slipway.Edge.Worker;

/// <summary>
/// The process that serves. It obeys the master; when the master dies without a word it serves on and offers its
/// sockets to the next one.
/// </summary>
internal sealed class WorkerMain(ServerConfig config, IReadOnlyList<int> listeners)
{
    private readonly TaskCompletionSource<Farewell> _retired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isAlone;

    public async Task<int> RunAsync()
    {
        Libc.umask(0b000_000_111);
        // Signals of a terminal or a supervisor reach the whole group; while there is a master, only that acts on them.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ignore);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Ignore);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            if (_isAlone) _retired.TrySetResult(Farewell.Stop);
        });

        using var loggers = new ProcessLog("worker");
        await using var server = new WorkerServer(config, listeners, loggers, loggers.Write);
        await server.PrepareAsync();

        _ = ObeyAsync(server, loggers);
        await server.RetireAsync(await _retired.Task);
        return 0;
    }

    private static void Ignore(PosixSignalContext context) => context.Cancel = true;

    private async Task ObeyAsync(WorkerServer server, ProcessLog log)
    {
        try
        {
            using var input = new StreamReader(Console.OpenStandardInput());
            await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
            await output.WriteLineAsync(Orders.Ready);
            await ObeyAsync(server, input, output);
            while (!_retired.Task.IsCompleted)
            {
                _isAlone = true;
                log.Write("the master is gone; serving on until the next one takes over.");
                await using var next = await Handover.OfferAsync(config, listeners, _retired.Task);
                _isAlone = false;
                if (next is not null) await ObeyAsync(server, new StreamReader(next), new StreamWriter(next) { AutoFlush = true });
            }
        }
        catch (Exception e)
        {
            // Without a master to obey this worker would serve for ever beside the next one.
            log.Write($"stopping, for it cannot be led any more: {e}");
            _retired.TrySetResult(Farewell.Retire);
        }
    }

    /// <summary>Returns when the master is gone.</summary>
    private async Task ObeyAsync(WorkerServer server, StreamReader input, StreamWriter output)
    {
        try
        {
            while (await input.ReadLineAsync() is { } order)
            {
                switch (order)
                {
                    case Orders.Serve:
                        server.Serve();
                        await output.WriteLineAsync(Orders.Serve);
                        break;
                    case Orders.Quiet:
                        await server.QuietAsync();
                        await output.WriteLineAsync(Orders.Quiet);
                        break;
                    case Orders.Retire:
                        _retired.TrySetResult(Farewell.Retire);
                        break;
                    case Orders.Stop:
                        _retired.TrySetResult(Farewell.Stop);
                        break;
                }
            }
        }
        catch (IOException e) when (e.InnerException is SocketException || !_retired.Task.IsCompleted)
        {
            return; // the other end was killed while we answered
        }
    }
}
