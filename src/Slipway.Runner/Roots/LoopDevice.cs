using System.ComponentModel;
using System.Runtime.InteropServices;
using Slipway.Runner.Commands;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Roots;

/// <summary>Mounts a disk image. The loop device frees itself when it is unmounted, so a crash leaves none behind.</summary>
internal static unsafe class LoopDevice
{
    private const nuint GetFree = 0x4C82, Configure = 0x4C0A;
    private const uint AutoClear = 4;

    public static void Mount(string image, string target, string options)
    {
        Journal.Did($"mount -t ext4 -o loop,nosuid,nodev,{options} {image} {target}");
        var file = Libc.Check(Libc.Open(image, Libc.O_RDWR | Libc.O_CLOEXEC, 0), $"open {image}");
        var device = -1;
        try
        {
            device = Attach(file, out var path);
            Libc.Check(Libc.Mount(path, target, "ext4", Libc.MS_NOSUID | Libc.MS_NODEV | Libc.MS_NOATIME, options), $"mount {image} at {target}");
        }
        finally
        {
            if (device >= 0) Libc.Close(device);
            Libc.Close(file);
        }
    }

    private static int Attach(int file, out string path)
    {
        var control = Libc.Check(Libc.Open("/dev/loop-control", Libc.O_RDWR | Libc.O_CLOEXEC, 0), "open /dev/loop-control");
        try
        {
            while (true)
            {
                path = "/dev/loop" + Libc.Check(Libc.Ioctl(control, GetFree, null), "find a free loop device");
                var device = Libc.Check(Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC, 0), $"open {path}");
                var setting = new LoopConfiguration { File = (uint)file, Flags = AutoClear };
                if (Libc.Ioctl(device, Configure, &setting) == 0) return device;
                var error = Marshal.GetLastPInvokeError();
                Libc.Close(device);

                // Another one took it between our asking and our taking.
                if (error != Libc.EBUSY) throw new Win32Exception(error, $"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
        finally
        {
            Libc.Close(control);
        }
    }

    /// <summary>struct loop_config of linux/loop.h.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 304)]
    private struct LoopConfiguration
    {
        [FieldOffset(0)] public uint File;
        [FieldOffset(4)] public uint BlockSize;
        [FieldOffset(8 + 52)] public uint Flags;
    }
}
