using System.Diagnostics;

namespace Slipway.Edge.Tests;

internal static class Kill
{
    /// <summary>SIGKILL, and wait until it is gone.</summary>
    public static void Now(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        process.WaitForExit();
    }

    public static void Signal(int pid, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, pid.ToString()]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
