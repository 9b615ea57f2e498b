using System.Diagnostics;
using System.Text;

namespace Slipway.SystemTests.Server;

/// <summary>How a program ended, with all that it wrote.</summary>
internal sealed record RunResult(string Command, int ExitCode, string Output, string Errors, TimeSpan Took)
{
    public string LastLine => Output.TrimEnd().Split('\n')[^1];

    public RunResult MustSucceed()
    {
        Assert.True(ExitCode == 0, $"{this}");
        return this;
    }

    public RunResult MustFail(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"expected exit status {exitCode}: {this}");
        return this;
    }

    public override string ToString() => $"'{Command}' exited with {ExitCode} after {Took.TotalSeconds:0.0} s\n{Output}\n{Errors}";
}

/// <summary>Starts programs with argument lists and waits for them, never longer than a time given.</summary>
internal static class Run
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<RunResult> ProgramAsync(
        string program, IEnumerable<string> arguments, string? folder = null,
        IReadOnlyDictionary<string, string?>? environment = null, string input = "", TimeSpan? patience = null)
    {
        using var process = Start(program, arguments, folder, environment);
        using var timeout = new CancellationTokenSource(patience ?? Patience);
        var began = Stopwatch.GetTimestamp();
        var command = string.Join(' ', arguments.Prepend(Path.GetFileName(program)));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await WriteAsync(process, input);
            await process.WaitForExitAsync(timeout.Token);
            return new RunResult(command, process.ExitCode, await output, await errors, Stopwatch.GetElapsedTime(began));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{command}' did not end within {patience ?? Patience}.");
        }
    }

    public static Process Start(string program, IEnumerable<string> arguments, string? folder, IReadOnlyDictionary<string, string?>? environment)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = folder ?? "/",
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task WriteAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read its input: its exit status tells.
        }
    }
}
