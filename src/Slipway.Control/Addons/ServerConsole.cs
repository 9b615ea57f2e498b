using System.Text;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Logs;
using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Contracts.Server;
using Slipway.Control.Logs;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <summary>Runs commands inside the instances of add-on servers, where their superusers are.</summary>
internal sealed class ServerConsole(RunnerClient runner, ServerConfig config, TimeProvider time)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["LANG"] = "C.UTF-8", ["HOME"] = "/tmp",
    };

    /// <summary>Waits until the server answers.</summary>
    /// <exception cref="SlipwayException">503 <c>database_unavailable</c>.</exception>
    public async Task WaitAsync(AddonServerRow server, ConsoleCommand ready, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        IReadOnlyList<string> said = [];
        while (time.GetElapsedTime(started) < StartLimit)
        {
            if (await FindAsync(server, cancel) is { } instance)
            {
                (var code, said) = await TryRunAsync(instance, ready, cancel);
                if (code == 0) return;
            }

            await Task.Delay(Poll, time, cancel);
        }

        throw Unavailable(server, said);
    }

    /// <returns>What the command printed.</returns>
    /// <exception cref="SlipwayException">503 <c>database_unavailable</c>, 500 <c>database_command_failed</c>.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(AddonServerRow server, ConsoleCommand command, CancellationToken cancel)
    {
        var instance = await FindAsync(server, cancel) ?? throw Unavailable(server, []);
        var (code, lines) = await TryRunAsync(instance, command, cancel);
        return code == 0 ? lines : throw Failed(server, lines);
    }

    /// <summary>The running server; null while there is none.</summary>
    private async Task<InstanceStatus?> FindAsync(AddonServerRow server, CancellationToken cancel) =>
        (await runner.CallAsync(RunnerVerb.List, ContractsJson.Default.IReadOnlyListInstanceStatus, cancel))
            .FirstOrDefault(instance => instance.App.Value == server.Name && instance.State == InstanceState.Running);

    private async Task<(int Code, IReadOnlyList<string> Lines)> TryRunAsync(InstanceStatus instance, ConsoleCommand command, CancellationToken cancel)
    {
        var exec = new ExecRequest(instance.Id, command.Words, Environment, "/", null);
        var lines = new List<string>();
        var splitter = new LineSplitter(line => { lines.Add(line); return ValueTask.CompletedTask; });
        try
        {
            await using var frames = await runner.StreamAsync(RunnerVerb.Exec, exec, ContractsJson.Default.ExecRequest, cancel);
            if (command.Input.Length > 0) await frames.WriteAsync(FrameType.Stdin, Encoding.UTF8.GetBytes(command.Input), cancel);
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

    private SlipwayException Unavailable(AddonServerRow server, IReadOnlyList<string> said)
    {
        var last = said.Count > 0 ? said : LastLines(server);
        return new SlipwayException(503, new SlipwayError("database_unavailable", $"The {server.Service} server {server.Name} does not answer.")
        {
            Why = last.LastOrDefault(line => line.StartsWith("slipway:", StringComparison.Ordinal)) ?? last.LastOrDefault() ?? $"No instance of {server.Name} runs.",
            Next = $"{SeeLog(server)} Nothing of its data is touched; try again when it runs.",
            Evidence = last.Count > 0 ? last : null,
        });
    }

    private SlipwayException Failed(AddonServerRow server, IReadOnlyList<string> lines) =>
        new(500, new SlipwayError("database_command_failed", $"The {server.Service} server {server.Name} refused a command of Slipway's.")
        {
            Why = lines.LastOrDefault(line => line.Contains("ERR", StringComparison.Ordinal)) ?? lines.LastOrDefault(),
            Next = SeeLog(server),
            Evidence = [.. lines.TakeLast(20)],
        });

    private string SeeLog(AddonServerRow server) => $"Its log tells more, on the server: {LogFolder(server)}.";

    private string LogFolder(AddonServerRow server) => Path.Combine(config.LogsDirectory, AppName.Parse(server.Name).Value);

    /// <summary>What the server's last instance said before it ended.</summary>
    private IReadOnlyList<string> LastLines(AddonServerRow server)
    {
        if (!Directory.Exists(LogFolder(server))) return [];
        var newest = new DirectoryInfo(LogFolder(server)).EnumerateFiles("*.log").MaxBy(file => file.LastWriteTimeUtc);
        return newest is null ? [] : [.. File.ReadLines(newest.FullName).TakeLast(20).Select(line => LogLine.TryParse(line, out var parsed) ? parsed.Text : line)];
    }
}
