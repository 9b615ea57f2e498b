using System.CommandLine;
using System.CommandLine.Parsing;
using Slipway.Cli.Output;

namespace Slipway.Cli;

/// <summary>What is wrong with a command line, with the command that was probably meant.</summary>
internal static class UsageFailure
{
    private const int NearEnough = 2;

    public static Failure Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = string.Join(' ', PathOf(parsed.CommandResult));
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.FirstOrDefault(t => !t.StartsWith('-')) is { } unknown)
        {
            var near = command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, Distance: Distance(c.Name, unknown)))
                .Where(c => c.Distance <= NearEnough || c.Name.StartsWith(unknown, StringComparison.Ordinal)).OrderBy(c => c.Distance).Select(c => c.Name).FirstOrDefault();
            return Failure.Usage("unknown_command", $"There is no command '{path} {Visible.Text(unknown)}'.",
                near is null ? null : $"Did you mean '{path} {near}'?", near is null ? $"{path} --help" : $"{path} {near} --help");
        }
        if (parsed.UnmatchedTokens.FirstOrDefault(t => t.StartsWith('-')) is { } option)
            return Failure.Usage("unknown_option", $"'{path}' has no option {Visible.Text(option)}.", next: $"{path} --help");
        return Failure.Usage("usage", parsed.Errors[0].Message, next: $"{path} --help");
    }

    private static IEnumerable<string> PathOf(CommandResult command) =>
        command.Parent is CommandResult parent ? [.. PathOf(parent), command.Command.Name] : ["slipway"];

    /// <summary>Levenshtein's: how many letters to insert, delete or replace.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[b.Length];
    }
}
