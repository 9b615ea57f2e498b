using System.Text;
using Slipway.Contracts.Logs;
using Slipway.Contracts.Names;
using Slipway.Contracts.Server;

namespace Slipway.Control.Logs;

/// <summary>
/// What Slipway itself has to say in an app's log: <c>platform.log</c> in its folder, each line with whose it is, in the
/// words of Heroku's. It tells of what was done and decides nothing, so a line that cannot be written is only complained of.
/// </summary>
internal sealed partial class PlatformLog(ServerConfig server, TimeProvider time, ILogger<PlatformLog> log)
{
    public const string Origin = "platform";

    private const long RotateAt = 10 << 20;
    private const int MostWaiting = 200;

    private readonly Lock _gate = new();

    /// <summary>By app. The runner makes its folder for the first instance; what there was to say before waits here.</summary>
    private readonly Dictionary<string, List<byte[]>> _waiting = new(StringComparer.Ordinal);

    /// <summary>Somebody did something: <c>app[api]: Release v3 created by user ada@example.org</c>.</summary>
    public void Api(string app, string text) => Write(app, time.GetUtcNow(), SourcedLine.App, SourcedLine.Api, text);

    /// <summary>Something became of an instance: <c>heroku[web.1]: State changed from starting to up</c>.</summary>
    public void Instance(string app, string instance, string text, DateTimeOffset? at = null) =>
        Write(app, at ?? time.GetUtcNow(), SourcedLine.Heroku, instance, text);

    private void Write(string app, DateTimeOffset at, string source, string origin, string text)
    {
        var folder = Path.Combine(server.LogsDirectory, AppName.Parse(app).Value);
        var file = Path.Combine(folder, Origin + ".log");
        var record = Encoding.UTF8.GetBytes(new LogLine(at, "stdout", false, $"{source}[{origin}]: {text}") + "\n");
        try
        {
            lock (_gate)
            {
                if (!_waiting.TryGetValue(app, out var records)) _waiting[app] = records = [];
                if (records.Count < MostWaiting) records.Add(record);
                if (!Directory.Exists(folder)) return;
                _waiting.Remove(app);
                using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                foreach (var one in records) stream.Write(one);
                if (stream.Position > RotateAt) File.Move(file, file + ".1", overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(file, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File}: {Message}")]
    private partial void LogNotWritten(string file, string message);
}
