using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Slipway.Edge.Native;

namespace Slipway.Edge.AccessLog;

/// <summary>One app's <c>router.log</c>, opened to append: two workers may write to it during a change, each whole lines.</summary>
internal sealed class RouterLogFile(string folder, TimeProvider time, Action<string> complain) : IDisposable
{
    private const long RotateAt = 10 << 20;
    private const int FlushAt = 64 << 10;
    private static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(5);

    private readonly ArrayBufferWriter<byte> _pending = new(4096);
    private readonly long _openedAt = time.GetTimestamp();
    private readonly string _path = Path.Combine(folder, "router.log");
    private SafeFileHandle? _file;
    private bool _complained;

    public bool IsStale => time.GetElapsedTime(_openedAt) > HoldFor;

    public void Add(StringBuilder line)
    {
        foreach (var chunk in line.GetChunks()) Encoding.UTF8.GetBytes(chunk.Span, _pending);
        if (_pending.WrittenCount >= FlushAt) Flush();
    }

    public void Flush()
    {
        if (_pending.WrittenCount == 0) return;
        try
        {
            _file ??= Open();
            // The file is in append mode, so the offset does not count.
            RandomAccess.Write(_file, _pending.WrittenSpan, 0);
            if (RandomAccess.GetLength(_file) > RotateAt) Rotate();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Once for each time that the file is held: a full disk should not fill another log.
            if (!_complained) complain($"{_path}: {e.Message}");
            _complained = true;
        }
        finally
        {
            _pending.ResetWrittenCount();
        }
    }

    public void Dispose()
    {
        Flush();
        _file?.Dispose();
    }

    private void Rotate()
    {
        _file?.Dispose();
        _file = null;
        File.Move(_path, _path + ".1", overwrite: true);
    }

    private SafeFileHandle Open()
    {
        // Whoever of Slipway's processes is first makes the folder; the others are in its group.
        Directory.CreateDirectory(folder);
        var fd = Libc.openat(Libc.AT_FDCWD, _path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND | Libc.O_CLOEXEC | Libc.O_NOFOLLOW, Convert.ToUInt32("660", 8));
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }
}
