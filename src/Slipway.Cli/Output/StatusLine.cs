namespace Slipway.Cli.Output;

/// <summary>One line that is drawn over while something is waited for; gone at the end. Nothing where there is no terminal.</summary>
internal sealed class StatusLine(Screen screen) : IAsyncDisposable
{
    private const string EraseLine = "\r\e[2K";

    private bool _drawn;

    public void Show(string text)
    {
        if (!screen.IsTerminal) return;
        screen.Out.Write($"{EraseLine}{screen.Dim(Visible.Shorten(text, Math.Max(0, screen.Width - 1)))}");
        _drawn = true;
    }

    public ValueTask DisposeAsync()
    {
        if (_drawn) screen.Out.Write(EraseLine);
        _drawn = false;
        return ValueTask.CompletedTask;
    }
}
