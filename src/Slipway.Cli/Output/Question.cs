using System.Text;
using Slipway.Cli.Terminals;

namespace Slipway.Cli.Output;

/// <summary>Asks the person at the terminal.</summary>
internal static class Question
{
    public static async Task<string> AskAsync(Screen screen, string question, CancellationToken cancel)
    {
        screen.Error.Write(question);
        return (await ReadLineAsync(cancel)).Trim();
    }

    /// <summary>The answer is not shown while it is typed.</summary>
    public static async Task<string> AskSecretAsync(Screen screen, string question, CancellationToken cancel)
    {
        // Hidden before it is asked for: an answer may be there at once.
        using (RawTerminal.WithoutEcho())
        {
            screen.Error.Write(question);
            var answer = (await ReadLineAsync(cancel)).Trim();
            screen.Error.WriteLine();
            return answer;
        }
    }

    /// <summary>One line of standard input, without its end; what was read before the end of the input where there is no line end.</summary>
    public static async Task<string> ReadLineAsync(CancellationToken cancel)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await StandardInput.ReadAsync(one, cancel) == 1 && one[0] != '\n') line.Add(one[0]);
        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }
}
