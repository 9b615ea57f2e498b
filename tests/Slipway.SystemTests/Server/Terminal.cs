using System.Diagnostics;
using System.Text;

namespace Slipway.SystemTests.Server;

/// <summary>A shell command on a pseudo-terminal of its own (util-linux's <c>script</c>), typed to and read as a person would.</summary>
internal sealed class Terminal : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _script;
    private readonly StringBuilder _seen = new();
    private readonly Task _reading;

    public Terminal(string command, string folder, IReadOnlyDictionary<string, string?> environment)
    {
        _script = Run.Start("/usr/bin/script", ["--quiet", "--return", "--command", command, "/dev/null"], folder, environment);
        _script.StandardInput.AutoFlush = true;
        _reading = Task.Run(ReadAsync);
    }

    public string Seen
    {
        get { lock (_seen) return _seen.ToString(); }
    }

    public Task ExpectAsync(string text) =>
        Eventually.TrueAsync(() => Seen.Contains(text, StringComparison.Ordinal), Patience, () => $"'{text}' on the terminal, which shows: {Seen}");

    public Task TypeAsync(string text) => _script.StandardInput.WriteAsync(text);

    public async Task<int> ExitCodeAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        await _script.WaitForExitAsync(timeout.Token);
        await _reading;
        return _script.ExitCode;
    }

    public void Dispose()
    {
        if (!_script.HasExited) _script.Kill(entireProcessTree: true);
        _script.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        int read;
        while ((read = await _script.StandardOutput.ReadAsync(buffer)) > 0)
        {
            lock (_seen) _seen.Append(buffer, 0, read);
        }
    }
}
