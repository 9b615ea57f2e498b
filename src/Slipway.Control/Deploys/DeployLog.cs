using System.Diagnostics;
using System.Text.Json;
using Slipway.Contracts;
using Slipway.Contracts.Deploys;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Telemetry;

namespace Slipway.Control.Deploys;

/// <summary>
/// The list of events of one running deploy: one JSON object a line, each on disk before the call returns, so that every
/// reader (and a slipwayd started after a crash) sees the same list.
/// </summary>
internal sealed class DeployLog : IDisposable
{
    private const int LinesKept = 400;

    private readonly Lock _writing = new();
    private readonly FileStream _file;
    private readonly TimeProvider _time;
    private readonly Action _written;
    private readonly Queue<string> _lines = new();
    private long _stepStarted;

    /// <param name="written">Told after each event: followers read on.</param>
    public DeployLog(string path, TimeProvider time, Action written)
    {
        (_time, _written) = (time, written);
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>The step that runs, or ran last.</summary>
    public string? Step { get; private set; }

    /// <summary>The last lines of that step's log.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_writing) return [.. _lines];
        }
    }

    public ValueTask StepStartedAsync(string step, string title)
    {
        (Step, _stepStarted) = (step, _time.GetTimestamp());
        lock (_writing) _lines.Clear();
        return WriteAsync(DeployEventKind.StepStarted, step, title);
    }

    /// <summary>A line of the running step's log.</summary>
    public ValueTask LineAsync(string text)
    {
        lock (_writing)
        {
            _lines.Enqueue(text);
            if (_lines.Count > LinesKept) _lines.Dequeue();
        }

        return WriteAsync(DeployEventKind.Log, Step, text);
    }

    /// <param name="found">What the step found out or made, for people: "3 instances".</param>
    public ValueTask StepFinishedAsync(string? found = null) =>
        Append(new DeployEvent(_time.GetUtcNow(), DeployEventKind.StepFinished, Step, found)
        {
            Seconds = Math.Round(_time.GetElapsedTime(_stepStarted).TotalSeconds, 3),
        });

    public ValueTask StepSkippedAsync(string step, string reason) => WriteAsync(DeployEventKind.StepSkipped, step, reason);

    /// <summary>Runs one step; what it throws is on the log as its failure only when the whole deploy ends.</summary>
    /// <param name="work">Returns what it found, for people.</param>
    public async Task StepAsync(string step, string title, Func<Task<string?>> work)
    {
        await StepStartedAsync(step, title);
        using var span = Tracing.Child(step);
        try
        {
            var found = await work();
            span?.SetTag("slipway.step.found", found);
            await StepFinishedAsync(found);
        }
        catch (Exception e) when (span is not null)
        {
            span.Fail((e as SlipwayException)?.Error.Id ?? e.GetType().Name, e.Message);
            throw;
        }
    }

    /// <summary>The last event of a deploy that went well.</summary>
    public ValueTask SucceededAsync(string? text, int? release, string? url) =>
        Append(new DeployEvent(_time.GetUtcNow(), DeployEventKind.Succeeded, null, text) { Release = release, Url = url });

    /// <summary>The last event of one that did not.</summary>
    public ValueTask FailedAsync(SlipwayError error, int? release) =>
        Append(new DeployEvent(_time.GetUtcNow(), DeployEventKind.Failed, error.Step, error.Message) { Error = error, Release = release });

    public void Dispose() => _file.Dispose();

    private ValueTask WriteAsync(DeployEventKind kind, string? step, string? text) => Append(new DeployEvent(_time.GetUtcNow(), kind, step, text));

    private ValueTask Append(DeployEvent happened)
    {
        // One write call a line: a killed slipwayd leaves whole lines and at most one cut short, which readers pass over.
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(happened, ContractsJson.Default.DeployEvent), (byte)'\n'];
        lock (_writing) _file.Write(line);
        _written();
        return ValueTask.CompletedTask;
    }
}
