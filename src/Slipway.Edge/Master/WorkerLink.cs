using System.Diagnostics;
using System.Net.Sockets;
using Slipway.Edge.Worker;

namespace Slipway.Edge.Master;

/// <summary>A worker as the master knows it: one that it started, or one left by a master that was killed.</summary>
internal sealed class WorkerLink
{
    private readonly StreamReader _answers;
    private readonly StreamWriter _orders;

    private WorkerLink(string name, Stream answers, Stream orders, Task gone, Action kill)
    {
        Name = name;
        Gone = gone;
        Kill = kill;
        _answers = new StreamReader(answers);
        _orders = new StreamWriter(orders) { AutoFlush = true };
    }

    public string Name { get; }

    /// <summary>Done when the worker no longer serves.</summary>
    public Task Gone { get; }

    public Action Kill { get; }

    /// <summary>Starts this same program as a worker that inherits <paramref name="listeners"/>.</summary>
    public static WorkerLink Start(string program, string configPath, IReadOnlyList<int> listeners)
    {
        var start = new ProcessStartInfo(program)
        {
            ArgumentList = { "worker", "--config", configPath, "--listen", string.Join(',', listeners) },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var name in new[] { "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET" }) start.Environment.Remove(name);
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        return new WorkerLink($"worker {process.Id}", process.StandardOutput.BaseStream, process.StandardInput.BaseStream, WaitAsync(process), () => End(process));
    }

    /// <summary>A worker that handed its sockets over; it is not our child, so its end is seen in its connection.</summary>
    public static WorkerLink Adopt(NetworkStream connection) =>
        new("the worker left by the master before", connection, connection, Task.Delay(Timeout.Infinite), static () => { });

    /// <exception cref="IOException">The worker is gone.</exception>
    public async Task TellAsync(string order) => await _orders.WriteLineAsync(order);

    /// <exception cref="IOException">The worker is gone.</exception>
    /// <exception cref="OperationCanceledException">It did not say so in time.</exception>
    public async Task HearAsync(string answer, TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        var heard = await _answers.ReadLineAsync(limit.Token);
        if (heard != answer) throw new IOException(heard is null ? $"{Name} ended." : $"{Name} said '{heard}' instead of '{answer}'.");
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // it has ended, and was let go of
        }
    }

    private static async Task WaitAsync(Process process)
    {
        using (process) await process.WaitForExitAsync();
    }
}
