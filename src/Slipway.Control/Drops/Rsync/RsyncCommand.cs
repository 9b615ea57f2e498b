using System.Text;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Names;
using Slipway.Control.Sources;

namespace Slipway.Control.Drops.Rsync;

/// <summary>
/// What an rsync client asks of the server's rsync, read as a list of arguments and never by a shell. As rsync's own rrsync
/// does, only what is known to stay in one folder is let through; unlike it, what is not known is refused.
/// </summary>
/// <param name="Path">App and folder, as SFTP has them.</param>
/// <param name="IsContents">The path ended with a slash: what is in the folder is meant.</param>
/// <param name="IsSender">The client fetches.</param>
/// <param name="Options">Checked, to be handed on.</param>
internal sealed record RsyncCommand(string App, string Path, bool IsContents, bool IsSender, IReadOnlyList<string> Options)
{
    private const string Program = "rsync --server ";

    /// <summary>
    /// Short ones without a value. Not among them: s, which would send further arguments past this check; K, L and k, which
    /// follow links; R, whose names may be absolute.
    /// </summary>
    private const string Short = "ACDEHIJNOSUWXbcdglmnopqrtuvxyz";

    private static readonly HashSet<string> Long =
    [
        "delete", "delete-after", "delete-before", "delete-delay", "delete-during", "delete-excluded", "delete-missing-args", "delay-updates",
        "existing", "force", "from0", "fsync", "fuzzy", "ignore-errors", "ignore-existing", "ignore-missing-args", "ignore-times", "links", "list-only",
        "mkpath", "msgs2stderr", "no-msgs2stderr", "new-compress", "old-compress", "no-W", "no-implied-dirs", "no-r", "no-relative", "no-specials",
        "numeric-ids", "owner", "group", "perms", "times", "partial", "preallocate", "recursive", "safe-links", "size-only", "specials", "stats", "use-qsort",
    ];

    /// <summary>With a value, after an equals sign, that is no path.</summary>
    private static readonly HashSet<string> LongWithValue =
    [
        "block-size", "bwlimit", "checksum-choice", "checksum-seed", "compress-choice", "compress-level", "debug", "info", "log-format", "max-delete",
        "max-size", "min-size", "modify-window", "skip-compress", "stderr", "suffix", "timeout",
    ];

    public static bool Is(string command) => command.StartsWith(Program, StringComparison.Ordinal);

    /// <exception cref="SlipwayException">422 <c>rsync_option</c>, <c>rsync_path</c>, or what a path of a source may not be.</exception>
    public static RsyncCommand Parse(string command, SourceLimits limits)
    {
        var words = Words(command[Program.Length..]);
        var (isSender, options, at) = (false, new List<string>(), 0);
        for (; at < words.Count && words[at].StartsWith('-'); at++)
        {
            if (words[at] == "--sender") isSender = true;
            else if (IsAllowed(words[at])) options.Add(words[at]);
            else throw Refused(words[at]);
        }

        // "." stands for the client's side, then one path.
        if (words.Count - at != 2 || words[at] != ".") throw NotOnePath();
        var named = words[at + 1];
        var path = SourcePath.Normalize(named.TrimStart('/'), limits) ?? throw NotOnePath();
        var parts = path.Split('/', 2);
        if (Droppings.Find(path) is not null || !AppName.TryParse(parts[0], out _)) throw NotOnePath();
        return new RsyncCommand(parts[0], parts.Length > 1 ? parts[1] : "", named.EndsWith('/'), isSender, options);
    }

    private static bool IsAllowed(string option)
    {
        if (!option.StartsWith("--", StringComparison.Ordinal))
        {
            // -e.CAPABILITIES comes last and holds no options.
            var end = option.IndexOf('e', StringComparison.Ordinal);
            return option.Length > 1 && option[1..(end < 0 ? option.Length : end)].All(letter => Short.Contains(letter, StringComparison.Ordinal))
                && (end < 0 || option[(end + 1)..].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '.'));
        }

        return option[2..].Split('=', 2) switch
        {
            [var name] => Long.Contains(name),
            [var name, var value] => LongWithValue.Contains(name) && !value.Contains('/', StringComparison.Ordinal),
            _ => false,
        };
    }

    /// <summary>As the client has quoted them for a shell: backslashes, and quotes around.</summary>
    private static List<string> Words(string text)
    {
        var (words, word, quote) = (new List<string>(), new StringBuilder(), '\0');
        var begun = false;
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (quote != '\0' && letter == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && letter is '\'' or '"')
            {
                (quote, begun) = (letter, true);
            }
            else if (letter == '\\' && quote != '\'' && at + 1 < text.Length)
            {
                word.Append(text[++at]);
                begun = true;
            }
            else if (letter == ' ' && quote == '\0')
            {
                if (begun) words.Add(word.ToString());
                word.Clear();
                begun = false;
            }
            else
            {
                word.Append(letter);
                begun = true;
            }
        }

        if (begun) words.Add(word.ToString());
        return words;
    }

    private static SlipwayException Refused(string option) => new(422, new SlipwayError("rsync_option", $"rsync's option {TypedName.Quote(option)} is not for a drop folder.")
    {
        Why = "Options that write in place, follow links, name other folders or send their arguments later are not taken: what is uploaded is live whole or not at all.",
        Next = "rsync -e 'ssh -p PORT' -a --delete FOLDER/ git@SERVER:APP/",
    });

    private static SlipwayException NotOnePath() => new(422, new SlipwayError("rsync_path", "rsync is to be given one path: an app, or a folder in one.")
    {
        Next = "rsync -e 'ssh -p PORT' -a --delete FOLDER/ git@SERVER:APP/",
    });
}
