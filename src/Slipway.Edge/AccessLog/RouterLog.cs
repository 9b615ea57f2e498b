using System.Text;
using System.Threading.Channels;
using Slipway.Contracts.Server;

namespace Slipway.Edge.AccessLog;

/// <summary>
/// The access log: <c>router.log</c> in each app's log folder. Requests hand over a record and go on; one loop writes
/// in batches. When the disk cannot keep pace, lines are dropped and counted rather than requests slowed down.
/// </summary>
internal sealed class RouterLog(ServerConfig config, TimeProvider time, Action<string> complain) : IAsyncDisposable
{
    private static readonly TimeSpan BatchEvery = TimeSpan.FromMilliseconds(50);

    private readonly Channel<AccessRecord> _records = Channel.CreateBounded<AccessRecord>(
        new BoundedChannelOptions(8192) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Dictionary<string, RouterLogFile> _files = new(StringComparer.Ordinal);
    private readonly StringBuilder _line = new();
    private long _dropped;
    private Task? _writing;

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Start() => _writing = WriteAllAsync();

    public void Write(in AccessRecord record)
    {
        if (!_records.Writer.TryWrite(record)) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what is left and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        _records.Writer.TryComplete();
        if (_writing is not null) await _writing;
    }

    private async Task WriteAllAsync()
    {
        while (await _records.Reader.WaitToReadAsync())
        {
            while (_records.Reader.TryRead(out var record)) FileOf(record.App).Add(Text(record));
            foreach (var file in _files.Values) file.Flush();
            Forget();
            await Task.WhenAny(Task.Delay(BatchEvery, time), _records.Reader.Completion);
        }

        foreach (var file in _files.Values) file.Dispose();
    }

    private RouterLogFile FileOf(string app)
    {
        if (_files.TryGetValue(app, out var file)) return file;
        return _files[app] = new RouterLogFile(Path.Combine(config.LogsDirectory, app), time, complain);
    }

    /// <summary>
    /// A file is not held for long: the app may be destroyed and made again under its name, and another worker may
    /// have rotated it.
    /// </summary>
    private void Forget()
    {
        foreach (var (app, file) in _files)
        {
            if (!file.IsStale) continue;
            file.Dispose();
            _files.Remove(app);
        }
    }

    private StringBuilder Text(in AccessRecord record)
    {
        _line.Clear().Append(record.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture))
            .Append("+00:00 ").Append(record.Failure is null ? "stdout" : "stderr").Append(" F ");
        record.AppendTo(_line);
        return _line.Append('\n');
    }
}
