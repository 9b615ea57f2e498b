using System.Globalization;

namespace Slipway.Runner.Commands;

/// <summary>
/// The daemon's log, on stderr: one line an event. What the runner does to the machine is noted as a command that
/// does the same when pasted into a root shell.
/// </summary>
internal static class Journal
{
    private static readonly Lock Writing = new();

    /// <summary>Takes the commands of one piece of work besides, wherever it calls.</summary>
    private static readonly AsyncLocal<List<string>?> Kept = new();

    public static bool Verbose { get; set; }

    /// <summary>From here on to the caller's end, what is done is also noted in the list.</summary>
    public static void KeepIn(List<string> commands) => Kept.Value = commands;

    public static void Ran(Command command) => Write('$', command.ToString());

    /// <summary>A system call, written as the command that would do it.</summary>
    public static void Did(string commandLine) => Write('$', commandLine);

    public static void Info(string text) => Write(' ', text);

    public static void Warn(string text) => Write('!', text);

    public static void Debug(string text)
    {
        if (Verbose) Write('.', text);
    }

    private static void Write(char mark, string text)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {mark} {text.ReplaceLineEndings(" ")}\n");
        lock (Writing)
        {
            Console.Error.Write(line);
            if (mark == '$') Kept.Value?.Add(text);
        }
    }
}
