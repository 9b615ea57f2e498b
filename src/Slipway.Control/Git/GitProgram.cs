using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Server;

namespace Slipway.Control.Git;

/// <summary>
/// Runs Debian's git: arguments as a list, an environment of its own (none of slipwayd's, no user's or system's
/// configuration), and settings that no repository can override.
/// </summary>
internal sealed partial class GitProgram(ServerConfig server)
{
    private const int Terminate = 15;

    /// <summary>More than that is data, which belongs on a volume.</summary>
    public const long MaxPushBytes = 1L << 30;

    /// <summary>
    /// What a pusher sends is checked object by object (<c>fsckObjects</c>; old repositories' harmless flaws apart), taken
    /// from shallow clones too, and indexed with little memory. Hooks are Slipway's alone.
    /// </summary>
    private static readonly (string Key, string Value)[] Settings =
    [
        ("receive.fsckObjects", "true"),
        ("receive.fsck.zeroPaddedFilemode", "ignore"),
        ("receive.fsck.missingSpaceBeforeDate", "ignore"),
        ("receive.fsck.badTimezone", "ignore"),
        ("receive.shallowUpdate", "true"),
        ("receive.maxInputSize", MaxPushBytes.ToString(CultureInfo.InvariantCulture)),
        ("receive.denyDeleteCurrent", "refuse"),
        ("http.receivepack", "true"),
        ("uploadpack.allowFilter", "true"),
        ("transfer.advertiseSID", "false"),
        ("pack.threads", "1"),
        ("pack.windowMemory", "64m"),
        ("core.deltaBaseCacheLimit", "32m"),
        ("core.bigFileThreshold", "32m"),
        ("core.logAllRefUpdates", "true"),
        ("protocol.allow", "never"),
    ];

    public string HooksFolder => Path.Combine(server.GitDirectory, "hooks");

    /// <param name="environment">Beside what every run has.</param>
    /// <param name="settings">git's own, beside what every run has; kept from other users' eyes.</param>
    public Process Start(
        IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, IEnumerable<(string Key, string Value)>? settings = null)
    {
        var start = new ProcessStartInfo("/usr/bin/git")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = "/",
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in Environment(settings ?? []).Concat(environment)) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs git to its end.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="SlipwayException">500 <c>git_failed</c>: its exit status was not 0.</exception>
    public Task<string> RunAsync(
        IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancel, IEnumerable<(string, string)>? settings = null) =>
        ReadAsync(arguments, environment, output => new StreamReader(output, Encoding.UTF8).ReadToEndAsync(cancel), cancel, settings);

    /// <summary>The same for output that is read as it comes.</summary>
    public async Task<T> ReadAsync<T>(
        IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, Func<Stream, Task<T>> read, CancellationToken cancel,
        IEnumerable<(string, string)>? settings = null)
    {
        using var git = Start(arguments, environment, settings);
        try
        {
            git.StandardInput.Close();
            var errors = git.StandardError.ReadToEndAsync(cancel);
            var result = await read(git.StandardOutput.BaseStream);
            // Whatever the reader left is read away, or git would wait for ever to write it.
            await git.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancel);
            await git.WaitForExitAsync(cancel);
            return git.ExitCode == 0 ? result : throw GitErrors.Failed(arguments[0], await errors);
        }
        finally
        {
            Stop(git);
        }
    }

    /// <summary>Asks it to end; git then takes back what it had begun. One that has ended is no error.</summary>
    public static void Stop(Process git)
    {
        if (!git.HasExited) _ = Kill(git.Id, Terminate);
    }

    private IEnumerable<KeyValuePair<string, string>> Environment(IEnumerable<(string Key, string Value)> own)
    {
        yield return new("PATH", "/usr/bin:/bin");
        yield return new("HOME", server.GitDirectory);
        yield return new("LC_ALL", "C.UTF-8");
        yield return new("GIT_CONFIG_NOSYSTEM", "1");
        yield return new("GIT_CONFIG_GLOBAL", "/dev/null");
        yield return new("GIT_ATTR_NOSYSTEM", "1");
        yield return new("GIT_TERMINAL_PROMPT", "0");
        var settings = Settings.Append(("core.hooksPath", HooksFolder)).Concat(own).ToArray();
        yield return new("GIT_CONFIG_COUNT", settings.Length.ToString(CultureInfo.InvariantCulture));
        for (var i = 0; i < settings.Length; i++)
        {
            yield return new($"GIT_CONFIG_KEY_{i}", settings[i].Item1);
            yield return new($"GIT_CONFIG_VALUE_{i}", settings[i].Item2);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
