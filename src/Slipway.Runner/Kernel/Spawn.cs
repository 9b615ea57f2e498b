using System.Runtime.InteropServices;
using Slipway.Runner.Commands;

namespace Slipway.Runner.Kernel;

/// <summary>
/// Starts a program that must inherit file descriptors or own a terminal, which <see cref="System.Diagnostics.Process"/>
/// cannot do. Descriptors not listed are closed on exec, as everything the runner opens is close-on-exec.
/// </summary>
internal static unsafe partial class Spawn
{
    private const short SetSignalDefault = 4, SetSignalMask = 8, SetSession = 0x80;

    // glibc: posix_spawnattr_t is 336 bytes, posix_spawn_file_actions_t 80, sigset_t 128.
    private const int OpaqueSize = 512;

    /// <param name="descriptors">Descriptor here → descriptor there.</param>
    /// <param name="terminal">Path of a terminal that becomes the program's controlling one, as its stdin, stdout and stderr.</param>
    /// <returns>Pid of a child that the caller reaps with <see cref="WaitAsync"/>.</returns>
    public static int Start(Command command, IEnumerable<(int Here, int There)> descriptors, string? terminal = null)
    {
        byte* attributes = stackalloc byte[OpaqueSize], actions = stackalloc byte[OpaqueSize], signals = stackalloc byte[OpaqueSize];
        using var path = new NativeStrings([command.Program]);
        using var arguments = new NativeStrings([command.Program, .. command.Arguments]);
        using var environment = new NativeStrings([.. command.Environment.Select(e => $"{e.Key}={e.Value}")]);

        posix_spawnattr_init(attributes);
        posix_spawn_file_actions_init(actions);
        try
        {
            // .NET ignores SIGPIPE; what it starts must not.
            sigfillset(signals);
            posix_spawnattr_setsigdefault(attributes, signals);
            sigemptyset(signals);
            posix_spawnattr_setsigmask(attributes, signals);
            posix_spawnattr_setflags(attributes, SetSignalDefault | SetSignalMask | SetSession);
            foreach (var (here, there) in descriptors) posix_spawn_file_actions_adddup2(actions, here, there);
            if (terminal is not null)
            {
                // The first terminal that a session's leader opens is its controlling one.
                posix_spawn_file_actions_addopen(actions, 0, terminal, Libc.O_RDWR, 0);
                posix_spawn_file_actions_adddup2(actions, 0, 1);
                posix_spawn_file_actions_adddup2(actions, 0, 2);
            }

            Journal.Ran(command);
            int pid;
            var error = posix_spawn(&pid, path.Pointers[0], actions, attributes, arguments.Pointers, environment.Pointers);
            if (error != 0) throw new System.ComponentModel.Win32Exception(error, $"{command.Program}: {Marshal.GetPInvokeErrorMessage(error)}");
            return pid;
        }
        finally
        {
            posix_spawn_file_actions_destroy(actions);
            posix_spawnattr_destroy(attributes);
        }
    }

    /// <returns>Exit status; 128 + N when signal N ended it.</returns>
    public static Task<int> WaitAsync(int pid) => Task.Factory.StartNew(() =>
    {
        int status;
        while (Libc.WaitPid(pid, &status, 0) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.EINTR) return 255;
        }

        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>A null-terminated array of C strings.</summary>
    private readonly struct NativeStrings : IDisposable
    {
        private readonly int _count;

        public NativeStrings(IReadOnlyList<string> values)
        {
            _count = values.Count;
            Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++) Pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(values[i]);
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++) Marshal.FreeCoTaskMem((nint)Pointers[i]);
            NativeMemory.Free(Pointers);
        }
    }

    [LibraryImport("libc")] private static partial int posix_spawn(int* pid, byte* path, byte* actions, byte* attributes, byte** argv, byte** envp);
    [LibraryImport("libc")] private static partial int posix_spawnattr_init(byte* attributes);
    [LibraryImport("libc")] private static partial int posix_spawnattr_destroy(byte* attributes);
    [LibraryImport("libc")] private static partial int posix_spawnattr_setflags(byte* attributes, short flags);
    [LibraryImport("libc")] private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);
    [LibraryImport("libc")] private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);
    [LibraryImport("libc")] private static partial int posix_spawn_file_actions_init(byte* actions);
    [LibraryImport("libc")] private static partial int posix_spawn_file_actions_destroy(byte* actions);
    [LibraryImport("libc")] private static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, string path, int flags, uint mode);
    [LibraryImport("libc")] private static partial int sigfillset(byte* signals);
    [LibraryImport("libc")] private static partial int sigemptyset(byte* signals);
}
