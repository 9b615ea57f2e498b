using System.Runtime.InteropServices;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Networks;

/// <summary>A network namespace that lives as long as it is mounted on a file: loopback is up, and interfaces made later have no IPv6.</summary>
internal static unsafe class NetworkNamespace
{
    /// <summary>Made in a thread of its own, which leaves for the new namespace and ends there.</summary>
    public static Task CreateAsync(string path) => Task.Factory.StartNew(() => RunInThread(path), CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Default);

    private static void RunInThread(string path)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Create(path);
            }
            catch (Exception e)
            {
                failure = e;
            }
        }, maxStackSize: 128 * 1024);
        thread.Start();
        thread.Join();
        if (failure is not null) throw new IOException($"No network namespace: {failure.Message}", failure);
    }

    private static void Create(string path)
    {
        Journal.Did($"unshare --net={path} ip link set lo up");
        using (File.Create(path))
        {
        }

        Libc.Check(Libc.Unshare(Libc.CLONE_NEWNET), "unshare network");
        const string noIpv6 = "/proc/sys/net/ipv6/conf/default/disable_ipv6";
        if (File.Exists(noIpv6)) File.WriteAllText(noIpv6, "1");
        // Nobody in an instance is root, and its ports are its own: an image that listens on 80 may.
        File.WriteAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
        Libc.Check(Libc.Mount("/proc/thread-self/ns/net", path, null, Libc.MS_BIND, null), $"mount {path}");
        RaiseLoopback();
    }

    public static void Remove(string path)
    {
        if (!File.Exists(path)) return;
        MountTable.Unmount(path);
        File.Delete(path);
    }

    private static void RaiseLoopback()
    {
        const int inet = 2, datagram = 2, closeOnExec = 0x80000;
        const nuint setFlags = 0x8914;
        var socket = Libc.Check(Libc.Socket(inet, datagram | closeOnExec, 0), "socket");
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        "lo"u8.CopyTo(new Span<byte>(request, 16));
        *(short*)(request + 16) = 0x1 | 0x40;
        var result = Libc.Ioctl(socket, setFlags, request);
        var error = Marshal.GetLastPInvokeError();
        Libc.Close(socket);
        if (result < 0) throw new System.ComponentModel.Win32Exception(error, "raise lo");
    }
}
