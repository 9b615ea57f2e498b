using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;
using Slipway.Edge.Native;
using Slipway.Edge.Requests;
using Slipway.Edge.Worker;

namespace Slipway.Edge.Master;

/// <summary>
/// Holds the listening sockets and keeps exactly one worker serving on them. It parses nothing that comes from outside
/// and initialises no server, so it is small and has little to fail at.
/// </summary>
internal sealed class EdgeMaster(ServerConfig config, string configPath)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(2);

    /// <summary>A worker that ends sooner than this after its start is not started again at once.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(2);

    private enum Happening { Reload, Stop, WorkerEnded }

    private readonly Channel<(Happening What, WorkerLink? Who)> _happenings = Channel.CreateUnbounded<(Happening, WorkerLink?)>();
    private readonly ProcessLog _log = new("master");

    private readonly string _program = ProgramPath();
    private ListenSockets? _sockets;
    private WorkerLink? _serving;
    private long _startedAt;

    public async Task<int> RunAsync()
    {
        Libc.umask(0b000_000_111);
        using var stop = On(PosixSignal.SIGTERM, Happening.Stop);
        using var interrupt = On(PosixSignal.SIGINT, Happening.Stop);
        using var reload = On(PosixSignal.SIGHUP, Happening.Reload);

        await OpenAsync();
        if (!await ReplaceAsync() && _serving is null) return 1;
        ServiceManager.Notify("READY=1");
        while (await _happenings.Reader.ReadAsync() is var (what, who))
        {
            switch (what)
            {
                case Happening.Stop:
                    ServiceManager.Notify("STOPPING=1");
                    await StopAsync();
                    return 0;
                case Happening.Reload:
                    await ReplaceAsync();
                    break;
                case Happening.WorkerEnded when who == _serving:
                    _log.Write($"{who!.Name} ended unexpectedly; starting another on the same sockets.");
                    _serving = null;
                    await RestartAsync();
                    break;
            }
        }

        return 0;
    }

    private async Task OpenAsync()
    {
        ServerFolders.Make(config);
        await TakeSocketsAsync();
        if (Accounts.AmRoot) Accounts.Become(Accounts.Uid(config.EdgeUser), Accounts.Gid(config.Group));
        else Accounts.ForgetAmbientCapabilities();
        VerifyToken.LoadOrCreate(config);
        ServerFolders.WritePid(config);
    }

    /// <summary>
    /// From a worker that outlived its master, else anew. One whose master was killed a moment ago may not have noticed
    /// yet, and still hold the addresses without offering them: it is given that moment.
    /// </summary>
    private async Task TakeSocketsAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (_sockets is null)
        {
            using var limit = new CancellationTokenSource(AnswerLimit);
            var left = await Handover.TakeAsync(config, limit.Token);
            try
            {
                _sockets = ListenSockets.Open(config, left?.Listeners ?? [], _log.Write);
                if (left is { } found) _serving = WorkerLink.Adopt(found.Worker);
            }
            catch (SlipwayException) when (left is null && Stopwatch.GetElapsedTime(since) < NoticeLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    /// <summary>
    /// Puts a new worker in the place of the serving one. The old takes no more revisions before the new one reads the
    /// last, and stops accepting after the new one has begun: nobody is refused, and nobody sees an older revision.
    /// </summary>
    private async Task<bool> ReplaceAsync()
    {
        var old = _serving;
        _startedAt = Stopwatch.GetTimestamp();
        var next = WorkerLink.Start(_program, configPath, _sockets!.Fds);
        if (!await TryHearAsync(next, Orders.Ready, StartLimit))
        {
            next.Kill();
            return false;
        }

        // An old one that does not answer has ended, or is not worth waiting for.
        if (old is not null && await TryTellAsync(old, Orders.Quiet)) await TryHearAsync(old, Orders.Quiet, AnswerLimit);
        if (!await TryTellAsync(next, Orders.Serve) || !await TryHearAsync(next, Orders.Serve, AnswerLimit))
        {
            next.Kill();
            if (old is not null && await TryTellAsync(old, Orders.Serve)) await TryHearAsync(old, Orders.Serve, AnswerLimit);
            return false;
        }

        _serving = next;
        _ = ReportEndAsync(next);
        if (old is not null) await TryTellAsync(old, Orders.Retire);
        return true;
    }

    private async Task RestartAsync()
    {
        while (_serving is null)
        {
            if (Stopwatch.GetElapsedTime(_startedAt) < Young) await Task.Delay(TimeSpan.FromMilliseconds(500));
            await ReplaceAsync();
            if (_happenings.Reader.TryPeek(out var next) && next.What is Happening.Stop) return;
        }
    }

    private async Task StopAsync()
    {
        if (_serving is not { } worker) return;
        await TryTellAsync(worker, Orders.Stop);
        if (await Task.WhenAny(worker.Gone, Task.Delay(Farewell.Stop.Limit + TimeSpan.FromSeconds(2))) != worker.Gone) worker.Kill();
    }

    private async Task<bool> TryTellAsync(WorkerLink worker, string order)
    {
        try
        {
            await worker.TellAsync(order);
            return true;
        }
        catch (IOException e)
        {
            _log.Write($"{worker.Name} could not be told '{order}': {e.Message}");
            return false;
        }
    }

    private async Task<bool> TryHearAsync(WorkerLink worker, string answer, TimeSpan within)
    {
        try
        {
            await worker.HearAsync(answer, within);
            return true;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            _log.Write($"{worker.Name} did not say '{answer}': {e.Message}");
            return false;
        }
    }

    private async Task ReportEndAsync(WorkerLink worker)
    {
        await worker.Gone;
        _happenings.Writer.TryWrite((Happening.WorkerEnded, worker));
    }

    /// <summary>
    /// The path by which this program was started rather than the file that it led to then: where it is a link, an
    /// upgrade has it lead to the new version, and the next worker is of that.
    /// </summary>
    private static string ProgramPath()
    {
        var asStarted = File.ReadAllText("/proc/self/cmdline").Split('\0')[0];
        return Path.IsPathRooted(asStarted) && Path.GetFileName(asStarted) == Path.GetFileName(Environment.ProcessPath) ? asStarted : Environment.ProcessPath!;
    }

    private PosixSignalRegistration On(PosixSignal signal, Happening what) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _happenings.Writer.TryWrite((what, null));
    });
}
