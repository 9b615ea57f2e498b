using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Slipway.Contracts.Runner;
using Slipway.Runner.Instances;
using Slipway.Runner.Kernel;

namespace Slipway.Runner.Oci;

/// <summary>
/// One more process in a running container, through the runtime's <c>exec</c>, which stays and passes its stdio and
/// exit status on. With a terminal, its output and input are one stream; without, three pipes.
/// </summary>
internal sealed class ExecProcess : IDisposable
{
    private readonly string _folder;
    private readonly PseudoTerminal? _terminal;
    private readonly int _pid;

    private ExecProcess(string folder, PseudoTerminal? terminal, int pid, Stream input, Stream output, Stream? error)
    {
        (_folder, _terminal, _pid) = (folder, terminal, pid);
        (Input, Output, Error) = (input, output, error);
        Ended = Spawn.WaitAsync(pid);
    }

    public Stream Input { get; }

    public Stream Output { get; }

    public Stream? Error { get; }

    /// <summary>Its exit status, as a shell would give it.</summary>
    public Task<int> Ended { get; }

    public static ExecProcess Start(OciRuntime runtime, Instance instance, ExecRequest request)
    {
        // The request is a file, not arguments, for its environment may hold secrets.
        var folder = Path.Combine(instance.Folder.Path, $"exec-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        Folders.Write(folder + "/process.json", OciConfig.WriteExec(instance.Spec, request));
        var command = runtime.Verb("exec", "--process", folder + "/process.json", "--pid-file", folder + "/pid", instance.Spec.Id.Value);
        if (request.Terminal is not null)
        {
            var terminal = new PseudoTerminal(request.Terminal);
            var pid = Spawn.Start(command, [], terminal.Path);
            var stream = new FileStream(terminal.Handle, FileAccess.ReadWrite, bufferSize: 0);
            return new ExecProcess(folder, terminal, pid, stream, stream, null);
        }

        var (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe());
        using (stdin.Read)
        using (stdout.Write)
        using (stderr.Write)
        {
            var pid = Spawn.Start(command, [(Fd(stdin.Read), 0), (Fd(stdout.Write), 1), (Fd(stderr.Write), 2)]);
            return new ExecProcess(
                folder, null, pid, new FileStream(stdin.Write, FileAccess.Write, 0), new FileStream(stdout.Read, FileAccess.Read, 0), new FileStream(stderr.Read, FileAccess.Read, 0));
        }
    }

    public void Resize(TerminalSize size) => _terminal?.Resize(size);

    /// <summary>Ends it for a client that is gone: HUP to the process itself, KILL if that does not end it.</summary>
    public async Task HangUpAsync()
    {
        Signal(Libc.SIGHUP);
        if (await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromSeconds(2))) == Ended) return;
        Signal(Libc.SIGKILL);
        Libc.Kill(_pid, Libc.SIGKILL);
        await Ended;
    }

    private void Signal(int signal)
    {
        var file = _folder + "/pid";
        if (Ended.IsCompleted || !File.Exists(file) || !int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var pid)) return;
        Commands.Journal.Did($"kill -{signal} -{pid} {pid}");
        Libc.Kill(-pid, signal);
        Libc.Kill(pid, signal);
    }

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        Error?.Dispose();
        _terminal?.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static int Fd(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static unsafe (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var fds = stackalloc int[2];
        Libc.Check(Libc.Pipe(fds, Libc.O_CLOEXEC), "pipe");
        return (new(fds[0], true), new(fds[1], true));
    }
}
