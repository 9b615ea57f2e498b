using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Logs;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Logs;

namespace Slipway.Control.Addons;

/// <summary>Runs SQL as the superuser: psql, inside the server's own instance, over its local socket.</summary>
internal sealed class PostgresAdmin(PostgresServer server, RunnerClient runner, ServerConfig config, TimeProvider time)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private const string Connection = "/tmp";

    /// <summary>Waits until the server answers.</summary>
    /// <exception cref="SlipwayException">503 <c>database_unavailable</c>.</exception>
    public async Task WaitAsync(CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        IReadOnlyList<string> said = [];
        while (time.GetElapsedTime(started) < StartLimit)
        {
            if (await server.FindAsync(cancel) is { } instance)
            {
                (var code, said) = await TryRunAsync(instance, ["pg_isready", "-q", "-h", Connection], "", cancel);
                if (code == 0) return;
            }

            await Task.Delay(Poll, time, cancel);
        }

        throw Unavailable(said);
    }

    /// <param name="sql">Constant text; everything that varies comes through <paramref name="variables"/>, as psql's :"name" and :'name'.</param>
    /// <param name="variables">Values of letters, digits and underscores only.</param>
    /// <returns>What psql printed, unaligned, without headers.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(string database, string sql, IReadOnlyDictionary<string, string> variables, CancellationToken cancel)
    {
        var instance = await server.FindAsync(cancel) ?? throw Unavailable([]);
        // Not as arguments: passwords among them would be seen in a process list and in the runner's journal.
        var script = string.Concat(variables.Select(variable => $"\\set {variable.Key} '{Plain(variable.Value)}'\n")) + sql;
        var (code, lines) = await TryRunAsync(
            instance, ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", PostgresServer.Superuser, "-h", Connection, "-d", database], script, cancel);
        return code == 0 ? lines : throw Failed(lines);
    }

    private async Task<(int Code, IReadOnlyList<string> Lines)> TryRunAsync(
        InstanceStatus instance, IReadOnlyList<string> command, string input, CancellationToken cancel)
    {
        var exec = new ExecRequest(instance.Id, command, new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["LANG"] = "C.UTF-8" }, "/", null);
        var lines = new List<string>();
        var splitter = new LineSplitter(line => { lines.Add(line); return ValueTask.CompletedTask; });
        try
        {
            await using var frames = await runner.StreamAsync(RunnerVerb.Exec, exec, ContractsJson.Default.ExecRequest, cancel);
            if (input.Length > 0) await frames.WriteAsync(FrameType.Stdin, Encoding.UTF8.GetBytes(input), cancel);
            await frames.WriteAsync(FrameType.Stdin, ReadOnlyMemory<byte>.Empty, cancel);
            while (await frames.ReadAsync(cancel) is { } frame)
            {
                if (frame.Type is FrameType.Stdout or FrameType.Stderr) await splitter.WriteAsync(frame.Payload);
                if (frame.Type is not FrameType.Exit) continue;
                await splitter.EndAsync();
                return (JsonSerializer.Deserialize(frame.Payload.Span, ContractsJson.Default.InstanceExit)!.Code, lines);
            }
        }
        catch (IOException e)
        {
            lines.Add(e.Message); // the server ended, or the runner was restarted
        }
        catch (SlipwayException e) when (e.Status is 404 or 409)
        {
            lines.Add(e.Error.Message); // it ended between being listed and being asked
        }

        return (255, lines);
    }

    private static string Plain(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? value : throw new ArgumentException("Not a plain word.", nameof(value));

    private SlipwayException Unavailable(IReadOnlyList<string> said)
    {
        var last = said.Count > 0 ? said : LastLines();
        return new SlipwayException(503, new SlipwayError("database_unavailable", "The database server does not answer.")
        {
            Why = last.LastOrDefault(line => line.StartsWith("slipway:", StringComparison.Ordinal)) ?? last.LastOrDefault() ?? $"No instance of {PostgresServer.App} runs.",
            Next = $"{SeeLog} Nothing of its data is touched; try again when it runs.",
            Evidence = last.Count > 0 ? last : null,
        });
    }

    private SlipwayException Failed(IReadOnlyList<string> lines) => new(500, new SlipwayError("database_command_failed", "The database server refused a command of Slipway's.")
    {
        Why = lines.LastOrDefault(line => line.Contains("ERROR", StringComparison.Ordinal)) ?? lines.LastOrDefault(),
        Next = SeeLog,
        Evidence = [.. lines.TakeLast(20)],
    });

    private string LogFolder => Path.Combine(config.LogsDirectory, PostgresServer.App.Value);

    private string SeeLog => $"Its log tells more, on the server: {LogFolder}.";

    /// <summary>What the server's last instance said before it ended.</summary>
    private IReadOnlyList<string> LastLines()
    {
        if (!Directory.Exists(LogFolder)) return [];
        var newest = new DirectoryInfo(LogFolder).EnumerateFiles("*.log").MaxBy(file => file.LastWriteTimeUtc);
        return newest is null ? [] : [.. File.ReadLines(newest.FullName).TakeLast(20).Select(line => LogLine.TryParse(line, out var parsed) ? parsed.Text : line)];
    }
}
