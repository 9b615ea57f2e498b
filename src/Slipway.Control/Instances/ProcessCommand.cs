using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;

namespace Slipway.Control.Instances;

/// <summary>
/// Makes an argument list of a command line (a Procfile's, <c>slipway run</c>'s). Plain words, quotes and <c>$VAR</c> or
/// <c>${VAR}</c> are resolved here and executed with no shell between, so that signals reach the app itself. A line that
/// uses more of the shell's language goes whole to <c>/bin/sh -c</c>, inside the instance and nowhere else.
/// </summary>
internal static class ProcessCommand
{
    // Unquoted, each of these means something to a shell that is not done here.
    private const string ShellCharacters = "|&;<>()`*?[]{}~#!\n";

    // Words that only a shell knows; as the first word they need one.
    private static readonly HashSet<string> ShellWords =
    [
        ".", ":", "alias", "break", "case", "cd", "command", "continue", "eval", "exec", "exit", "export", "for", "if", "read",
        "readonly", "set", "shift", "source", "trap", "type", "ulimit", "umask", "unset", "until", "wait", "while",
    ];

    /// <exception cref="SlipwayException">422 <c>invalid_command</c>: empty, or a quote is not closed.</exception>
    public static IReadOnlyList<string> Parse(string line, IReadOnlyDictionary<string, string> environment)
    {
        if (line.Contains('\0')) throw Invalid(line, "It has a NUL character in it.");
        var words = new List<string>();
        if (!TrySplit(line.Trim(), environment, words)) return ["/bin/sh", "-c", line.Trim()];
        return words.Count > 0 ? words : throw Invalid(line, "No word is left of it, so there is nothing to run.");
    }

    /// <returns>False when the line needs a shell.</returns>
    private static bool TrySplit(string line, IReadOnlyDictionary<string, string> environment, List<string> words)
    {
        var word = new StringBuilder();
        var inWord = false;   // an empty pair of quotes is a word too
        var isFirst = true;   // of the line, before variables
        for (var at = 0; at < line.Length; at++)
        {
            var c = line[at];
            switch (c)
            {
                case ' ' or '\t':
                    EndWord();
                    break;
                case '\'':
                    var end = line.IndexOf('\'', at + 1);
                    if (end < 0) throw Invalid(line, "A single quote is not closed.");
                    word.Append(line, at + 1, end - at - 1);
                    (inWord, at) = (true, end);
                    break;
                case '"':
                    inWord = true;
                    if (!TryQuoted(line, ref at, environment, word)) return false;
                    break;
                case '\\':
                    if (++at == line.Length) throw Invalid(line, "It ends with a backslash.");
                    word.Append(line[at]);
                    inWord = true;
                    break;
                case '$' when !IsVariable(line, at, out _, out _) && IsSpecial(line, at):
                    return false;
                case '$' when IsVariable(line, at, out var name, out var next):
                    AppendFields(environment.GetValueOrDefault(name, ""));
                    at = next - 1;
                    break;
                case '=' when isFirst && word.Length > 0 && ConfigKey.TryParse(word.ToString(), out _):
                    return false; // VAR=value command
                default:
                    if (ShellCharacters.Contains(c)) return false;
                    word.Append(c);
                    inWord = true;
                    break;
            }
        }

        EndWord();
        return words.Count == 0 || !ShellWords.Contains(words[0]);

        void EndWord()
        {
            if (inWord) words.Add(word.ToString());
            isFirst &= !inWord;
            inWord = false;
            word.Clear();
        }

        // Outside quotes a shell splits a variable's value into words at white space.
        void AppendFields(string value)
        {
            foreach (var c in value)
            {
                if (c is ' ' or '\t' or '\n')
                {
                    EndWord();
                    continue;
                }

                word.Append(c);
                inWord = true;
            }
        }
    }

    /// <param name="at">On the opening quote; left on the closing one.</param>
    private static bool TryQuoted(string line, ref int at, IReadOnlyDictionary<string, string> environment, StringBuilder word)
    {
        for (at++; at < line.Length; at++)
        {
            switch (line[at])
            {
                case '"':
                    return true;
                case '`':
                    return false;
                case '\\' when at + 1 < line.Length && "\"\\$`".Contains(line[at + 1]):
                    word.Append(line[++at]);
                    break;
                case '$' when IsVariable(line, at, out var name, out var next):
                    word.Append(environment.GetValueOrDefault(name, ""));
                    at = next - 1;
                    break;
                case '$' when IsSpecial(line, at):
                    return false;
                default:
                    word.Append(line[at]);
                    break;
            }
        }

        throw Invalid(line, "A double quote is not closed.");
    }

    /// <summary>Is there <c>$NAME</c> or <c>${NAME}</c> at this place?</summary>
    /// <param name="next">Index of the first character after it.</param>
    private static bool IsVariable(string line, int at, out string name, out int next)
    {
        var braced = at + 1 < line.Length && line[at + 1] == '{';
        var start = at + (braced ? 2 : 1);
        next = start;
        while (next < line.Length && (char.IsAsciiLetterOrDigit(line[next]) || line[next] == '_')) next++;
        name = line[start..next];
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) return false;
        if (!braced) return true;
        return next < line.Length && line[next++] == '}';
    }

    /// <summary>A dollar sign that a shell would not leave as it is: <c>$(</c>, <c>${X:-y}</c>, <c>$1</c>, <c>$?</c>.</summary>
    private static bool IsSpecial(string line, int at) =>
        at + 1 < line.Length && (char.IsAsciiLetterOrDigit(line[at + 1]) || "_({*@#?-$!".Contains(line[at + 1]));

    private static SlipwayException Invalid(string line, string why) =>
        new(422, new SlipwayError("invalid_command", $"{TypedName.Quote(line)} cannot be run.")
        {
            Why = why,
            Next = "Correct the command line: in the Procfile, or where you typed it.",
        });
}
