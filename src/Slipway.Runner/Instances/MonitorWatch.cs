using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Instances;

/// <summary>
/// Waits in one thread for the end of any monitor (conmon), through handles on the processes. A monitor ends right
/// after it wrote its instance's exit status, or it was killed: either way the instance is looked at then.
/// </summary>
internal sealed unsafe class MonitorWatch
{
    private readonly ConcurrentQueue<(int Handle, Action Ended)> _added = new();
    private readonly int _wakeRead, _wakeWrite;

    public MonitorWatch()
    {
        var fds = stackalloc int[2];
        Libc.Check(Libc.Pipe(fds, Libc.O_CLOEXEC | Libc.O_NONBLOCK), "pipe");
        (_wakeRead, _wakeWrite) = (fds[0], fds[1]);
        new Thread(Watch, maxStackSize: 256 * 1024) { IsBackground = true, Name = "monitors" }.Start();
    }

    /// <param name="pid">A process; one that is gone already counts as ended.</param>
    /// <param name="ended">Called once, on a pool thread.</param>
    public void Add(int pid, Action ended)
    {
        var handle = Libc.OpenProcess(pid);
        if (handle < 0)
        {
            ThreadPool.QueueUserWorkItem(_ => ended());
            return;
        }

        _added.Enqueue((handle, ended));
        byte one = 1;
        Libc.Write(_wakeWrite, &one, 1);
    }

    private void Watch()
    {
        var watched = new List<(int Handle, Action Ended)>();
        var drain = stackalloc byte[64];
        while (true)
        {
            while (_added.TryDequeue(out var next)) watched.Add(next);
            var polled = new Libc.PollFd[watched.Count + 1];
            polled[0] = new Libc.PollFd { Fd = _wakeRead, Events = Libc.POLLIN };
            for (var i = 0; i < watched.Count; i++) polled[i + 1] = new Libc.PollFd { Fd = watched[i].Handle, Events = Libc.POLLIN };
            fixed (Libc.PollFd* fds = polled)
            {
                if (Libc.Poll(fds, (nuint)polled.Length, -1) < 0 && Marshal.GetLastPInvokeError() != Libc.EINTR) Journal.Warn("poll of the monitors failed");
            }

            while (Libc.Read(_wakeRead, drain, 64) > 0)
            {
            }

            for (var i = watched.Count - 1; i >= 0; i--)
            {
                if (polled[i + 1].Returned == 0) continue;
                var ended = watched[i].Ended;
                Libc.Close(watched[i].Handle);
                watched.RemoveAt(i);
                ThreadPool.QueueUserWorkItem(_ => ended());
            }
        }
    }
}
