using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Slipway.Cli.Terminals;

namespace Slipway.Cli.Tests;

/// <summary>A pseudo-terminal with the command at its other end, in a session of its own, as a terminal window has it.</summary>
internal sealed partial class Pty : IDisposable
{
    private const int ReadWrite = 2;
    private const int NoControllingTerminal = 0x100;
    private const ulong SetWindowSize = 0x5414;

    private readonly SafeFileHandle _master;
    private readonly FileStream _stream;
    private readonly StringBuilder _seen = new();
    private readonly Process _process;
    private readonly string _pidFile;

    private Pty(SafeFileHandle master, FileStream stream, Process process, string pidFile) =>
        (_master, _stream, _process, _pidFile) = (master, stream, process, pidFile);

    private int Descriptor => (int)_master.DangerousGetHandle();

    /// <summary>Everything that came to the terminal so far.</summary>
    public string Seen => _seen.ToString();

    public byte[] Modes => Tty.Modes(Descriptor)!;

    public static Pty Start(IReadOnlyDictionary<string, string?> environment, string folder, int columns, int rows, params string[] arguments)
    {
        var descriptor = posix_openpt(ReadWrite | NoControllingTerminal);
        Assert.True(descriptor >= 0 && grantpt(descriptor) == 0 && unlockpt(descriptor) == 0, "no pseudo-terminal");
        var master = new SafeFileHandle(descriptor, ownsHandle: true);
        var name = new byte[64];
        Assert.Equal(0, ptsname_r(descriptor, ref name[0], (nuint)name.Length));
        var slave = Encoding.ASCII.GetString(name).TrimEnd('\0');
        SetSize(descriptor, columns, rows);

        var pidFile = Path.GetTempFileName();
        // The inner shell is the session's leader and becomes the command; the terminal is its own through setsid.
        string[] line = ["-c", "exec setsid --ctty --wait /bin/sh -c 'echo $$ > \"$0\"; exec \"$@\"' \"$@\" <\"$0\" >\"$0\" 2>&1", slave, pidFile, Run.Slipway, .. arguments];
        var process = Run.Start("/bin/sh", line, folder, environment);
        return new Pty(master, new FileStream(master, FileAccess.ReadWrite, bufferSize: 0), process, pidFile);
    }

    public async Task TypeAsync(string text) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);

    public void Resize(int columns, int rows) => SetSize(Descriptor, columns, rows);

    public async Task KillAsync(string signal) => (await Run.ProgramAsync("/bin/kill", [signal, File.ReadAllText(_pidFile).Trim()], "/")).MustSucceed();

    /// <summary>Reads until the text has come, beginning after what an earlier call found.</summary>
    public async Task SeeAsync(string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (Seen.IndexOf(text, _found, StringComparison.Ordinal) is var at)
        {
            if (at >= 0)
            {
                _found = at + text.Length;
                return;
            }
            Assert.True(await ReadAsync(patience.Token), $"'{text}' never came; this did:\n{Seen}");
        }
    }

    /// <returns>The command's exit status, after all that it wrote was read.</returns>
    public async Task<int> EndAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (await ReadAsync(patience.Token)) { }
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Dispose();
        _stream.Dispose();
        File.Delete(_pidFile);
    }

    private int _found;

    private async Task<bool> ReadAsync(CancellationToken cancel)
    {
        var buffer = new byte[4096];
        try
        {
            var got = await Task.Run(() => _stream.Read(buffer), CancellationToken.None).WaitAsync(cancel);
            _seen.Append(Encoding.UTF8.GetString(buffer, 0, got));
            return got > 0;
        }
        catch (IOException)
        {
            return false; // EIO: nobody holds the other end any more
        }
    }

    private static void SetSize(int descriptor, int columns, int rows)
    {
        ushort[] size = [(ushort)rows, (ushort)columns, 0, 0];
        Assert.Equal(0, ioctl(descriptor, SetWindowSize, ref size[0]));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ptsname_r(int descriptor, ref byte name, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, ulong request, ref ushort argument);
}
