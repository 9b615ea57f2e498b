using System.Runtime.InteropServices;

namespace Slipway.Cli.Terminals;

/// <summary>
/// Holds the terminal in another mode until disposed. However the process ends (an exception, TERM, HUP, QUIT), the
/// modes of before are put back; only KILL cannot be caught.
/// </summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly byte[] _before;
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _restored;

    private RawTerminal(byte[] before)
    {
        _before = before;
        AppDomain.CurrentDomain.ProcessExit += Restore;
        AppDomain.CurrentDomain.UnhandledException += Restore;
        // These handlers do not claim the signal: after them the process ends as it always does.
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGHUP, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, _ => Restore()));
    }

    /// <returns>Null where standard input is no terminal.</returns>
    public static RawTerminal? Enter()
    {
        if (Tty.Modes(Tty.StandardInput) is not { } modes) return null;
        var held = new RawTerminal(modes);
        Tty.MakeRaw(Tty.StandardInput, modes);
        return held;
    }

    /// <summary>Keys are not shown; lines and Ctrl-C work as before.</summary>
    public static RawTerminal? WithoutEcho()
    {
        if (Tty.Modes(Tty.StandardInput) is not { } modes) return null;
        var held = new RawTerminal(modes);
        Tty.HideInput(Tty.StandardInput, modes);
        return held;
    }

    public void Dispose()
    {
        Restore();
        AppDomain.CurrentDomain.ProcessExit -= Restore;
        AppDomain.CurrentDomain.UnhandledException -= Restore;
        foreach (var signal in _signals) signal.Dispose();
    }

    private void Restore(object? sender, EventArgs e) => Restore();

    private void Restore()
    {
        if (Interlocked.Exchange(ref _restored, 1) == 0) Tty.Restore(Tty.StandardInput, _before);
    }
}
