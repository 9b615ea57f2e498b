using System.Diagnostics;

namespace Slipway.Cli.Tests;

internal sealed record RunResult(int ExitCode, string Output, string Errors)
{
    public string LastLine => Output.TrimEnd('\n').Split('\n')[^1];

    public RunResult MustSucceed()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}\n{Output}\n{Errors}");
        return this;
    }
}

/// <summary>Runs programs with argument lists.</summary>
internal static class Run
{
    /// <summary>The built command: the framework's, or the one compiled ahead of time that SLIPWAY_CLI names.</summary>
    public static string Slipway { get; } = Environment.GetEnvironmentVariable("SLIPWAY_CLI") ?? Path.Combine(AppContext.BaseDirectory, "slipway");

    public static Process Start(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<RunResult> ProgramAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?>? environment = null, string input = "")
    {
        var cancel = TestContext.Current.CancellationToken;
        using var process = Start(program, arguments, folder, environment ?? new Dictionary<string, string?>());
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancel);
        return new RunResult(process.ExitCode, await output, await errors);
    }
}
