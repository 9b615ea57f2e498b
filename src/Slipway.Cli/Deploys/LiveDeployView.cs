using Slipway.Cli.Output;
using Slipway.Contracts.Deploys;

namespace Slipway.Cli.Deploys;

/// <summary>
/// One line a finished step, and below them one that is drawn over: the running step with its seconds and its latest log
/// line. When a step fails, the log lines that were drawn over are printed.
/// </summary>
internal sealed class LiveDeployView : IDeployView
{
    private const string EraseLine = "\r\e[2K";
    private const string Spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private const int StepWidth = 13;
    private const int LinesKept = 40;

    private readonly Screen _screen;
    private readonly TimeProvider _time;
    private readonly bool _everyLine;
    private readonly ITimer _ticks;
    private readonly Lock _drawing = new();
    private readonly Queue<string> _log = new();
    private string? _step;
    private string _detail = "";
    private long _startedAt;
    private int _turn;
    private bool _drawn;

    public LiveDeployView(Screen screen, TimeProvider time, bool everyLine)
    {
        (_screen, _time, _everyLine) = (screen, time, everyLine);
        _ticks = time.CreateTimer(_ => Tick(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    public void Show(DeployEvent happened)
    {
        lock (_drawing)
        {
            Erase();
            switch (happened.Kind)
            {
                case DeployEventKind.StepStarted:
                    (_step, _detail, _startedAt) = (happened.Step, happened.Text ?? "", _time.GetTimestamp());
                    _log.Clear();
                    break;
                case DeployEventKind.Log:
                    Log(Visible.LogText(happened.Text ?? ""));
                    break;
                case DeployEventKind.StepFinished:
                    Finished(_screen.Green("✓"), happened.Step, happened.Text, happened.Seconds);
                    break;
                case DeployEventKind.StepSkipped:
                    Finished(_screen.Dim("–"), happened.Step, happened.Text, null);
                    break;
                case DeployEventKind.Failed:
                    Failed(happened);
                    break;
                case DeployEventKind.Succeeded:
                    _step = null;
                    break;
            }
            Draw();
        }
    }

    public void ShowDetail(string text)
    {
        lock (_drawing) _detail = text;
    }

    public async ValueTask DisposeAsync()
    {
        await _ticks.DisposeAsync();
        lock (_drawing) Erase();
    }

    private void Log(string line)
    {
        if (_everyLine)
        {
            _screen.Line("  " + line);
            return;
        }
        _detail = Visible.WithoutColours(line);
        _log.Enqueue(line);
        if (_log.Count > LinesKept) _log.Dequeue();
    }

    private void Finished(string mark, string? step, string? text, double? seconds)
    {
        var took = seconds is { } s ? Visible.Seconds(s) : "";
        var room = Math.Max(10, Room() - StepWidth - 2 - 9);
        var found = Visible.Shorten(Visible.Text(text ?? ""), room);
        _screen.Line($"{mark} {Visible.Text(step ?? "").PadRight(StepWidth)}{found}{(took.Length > 0 ? new string(' ', Math.Max(1, Math.Min(room, 60) - found.Length)) + _screen.Dim(took.PadLeft(8)) : "")}".TrimEnd());
        if (step == _step) _step = null;
    }

    private void Failed(DeployEvent happened)
    {
        var step = happened.Error?.Step ?? _step;
        if (step is not null) _screen.Line($"{_screen.Red("✗")} {step}");
        // The error's evidence is a part of the log, chosen by the server; without it the end of the log is what there is.
        if (happened.Error is not ({ Diagnosis: not null } or { Evidence.Count: > 0 }))
        {
            foreach (var line in _log) _screen.Line($"  {_screen.Dim("│")} {line}");
        }
        _step = null;
    }

    private void Tick()
    {
        lock (_drawing)
        {
            _turn++;
            Erase();
            Draw();
        }
    }

    private void Draw()
    {
        if (_step is null) return;
        var seconds = Visible.Seconds(_time.GetElapsedTime(_startedAt).TotalSeconds);
        var head = $"{Spinner[_turn % Spinner.Length]} {_step.PadRight(StepWidth)}";
        var detail = Visible.Shorten(Visible.Text(_detail), Math.Max(0, Room() - head.Length - seconds.Length - 2));
        _screen.Out.Write($"{_screen.Cyan(head)}{detail}  {_screen.Dim(seconds)}");
        _drawn = true;
    }

    private void Erase()
    {
        if (_drawn) _screen.Out.Write(EraseLine);
        _drawn = false;
    }

    /// <summary>A line that fills the last column may wrap and could not be erased.</summary>
    private int Room() => Math.Min(_screen.Width, 200) - 1;
}
