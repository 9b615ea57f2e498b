using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Contracts.Errors;

namespace Slipway.Runner.Commands;

/// <summary>A program and its argument list: a value that is shown, noted in the journal, and run; never a shell string.</summary>
internal sealed partial record Command(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>The whole environment: nothing is inherited.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = Default;

    /// <summary>What it reads on stdin.</summary>
    public string Input { get; init; } = "";

    private static readonly Dictionary<string, string> Default = new()
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["LC_ALL"] = "C.UTF-8",
    };

    /// <exception cref="SlipwayException">It is not there or exited with another status than 0; what it said is the evidence.</exception>
    public async Task<string> RunAsync(CancellationToken cancel)
    {
        var result = await TryRunAsync(cancel);
        return result.ExitCode == 0 ? result.Output : throw Failed(result);
    }

    public async Task<CommandResult> TryRunAsync(CancellationToken cancel, Func<string, ValueTask>? line = null)
    {
        Journal.Ran(this);
        using var process = Start(Prepare());
        try
        {
            if (Input.Length > 0) await process.StandardInput.WriteAsync(Input);
            process.StandardInput.Close();
            var output = ReadAsync(process.StandardOutput, line);
            var error = ReadAsync(process.StandardError, line);
            await process.WaitForExitAsync(cancel);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>For a program whose output is bytes, and may be many: they are handed on as they come.</summary>
    public async Task<CommandResult> StreamAsync(Func<ReadOnlyMemory<byte>, ValueTask> output, CancellationToken cancel)
    {
        Journal.Ran(this);
        using var process = Start(Prepare());
        try
        {
            process.StandardInput.Close();
            var error = ReadAsync(process.StandardError, line: null);
            var block = new byte[256 << 10];
            for (int got; (got = await process.StandardOutput.BaseStream.ReadAsync(block, cancel)) > 0;) await output(block.AsMemory(0, got));
            await process.WaitForExitAsync(cancel);
            return new CommandResult(process.ExitCode, "", await error);
        }
        catch
        {
            process.Kill(entireProcessTree: true); // nobody reads what it would still write
            throw;
        }
    }

    public SlipwayException Failed(CommandResult result) => new(500, new SlipwayError("command_failed", $"{Path.GetFileName(Program)} failed with status {result.ExitCode}.")
    {
        Why = result.LastLine,
        Next = $"Run it by hand as root to see it fail: {this}",
        Evidence = result.Tail,
    });

    /// <summary>As one would type it.</summary>
    public override string ToString() => string.Join(' ', [Quote(Program), .. Arguments.Select(Quote)]);

    private ProcessStartInfo Prepare()
    {
        var start = new ProcessStartInfo(Program, Arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        start.Environment.Clear();
        foreach (var (key, value) in Environment) start.Environment[key] = value;
        return start;
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new SlipwayException(500, new SlipwayError("program_missing", $"{Program} could not be started.")
            {
                Why = e.Message,
                Next = "Run bin/up: it installs the Debian packages that Slipway needs.",
            }, e);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, Func<string, ValueTask>? line)
    {
        if (line is null) return await reader.ReadToEndAsync();
        var all = new StringBuilder();
        while (await reader.ReadLineAsync() is { } text)
        {
            all.AppendLine(text);
            await line(text);
        }

        return all.ToString();
    }

    private static string Quote(string argument) =>
        Plain().IsMatch(argument) ? argument : "'" + argument.Replace("'", @"'\''") + "'";

    [GeneratedRegex(@"\A[A-Za-z0-9_@%+=:,./-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}

internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public IReadOnlyList<string> Tail => [.. (Error + "\n" + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(40)];

    public string LastLine => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "It said nothing.";
}
