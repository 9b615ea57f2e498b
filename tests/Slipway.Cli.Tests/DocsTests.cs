using System.CommandLine;
using System.Reflection;
using Slipway.Cli.Output;

namespace Slipway.Cli.Tests;

/// <summary>docs/cli.md says what <c>--help</c> says, and every exit status.</summary>
public sealed class DocsTests
{
    private const string Marker = "-->\n";
    private const int Width = 100;

    private static string Page { get; } = Path.Combine(
        typeof(DocsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Repository").Value!, "docs", "cli.md");

    [Fact]
    public async Task The_page_has_every_commands_help()
    {
        var page = await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken);
        var byHand = page[..(page.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)];
        var whole = byHand + await CommandsAsync();
        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_DOCS") is "1") await File.WriteAllTextAsync(Page, whole, TestContext.Current.CancellationToken);
        else Assert.Equal(whole, page);
    }

    [Fact]
    public async Task The_page_has_every_exit_status()
    {
        var page = await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken);
        var statuses = typeof(ExitCode).GetFields().Select(field => (int)field.GetRawConstantValue()!);
        Assert.All(statuses, status => Assert.Contains($"\n| {status} | ", page));
    }

    [Fact]
    public async Task Every_command_has_an_example_that_it_understands()
    {
        using var screen = new Screen(Width);
        foreach (var command in Leaves(new CommandTree(screen).Build()).Where(c => c.Parents.Any()))
        {
            var help = await HelpAsync([.. PathOf(command)]);
            if (command.Subcommands.Count > 0 && !help.Contains("Examples:\n")) continue; // only groups others
            var examples = help.Split("Examples:\n")[1].Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("slipway ", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                var parsed = new CommandTree(screen).Build().Parse(Instances.RunCommand.WithSeparator([.. Words(example)]));
                Assert.True(parsed.Errors.Count == 0, $"{example}: {string.Join(' ', parsed.Errors)}");
            }
        }
    }

    private static async Task<string> CommandsAsync()
    {
        using var screen = new Screen(Width);
        var text = new StringWriter { NewLine = "\n" };
        foreach (var command in Leaves(new CommandTree(screen).Build()))
        {
            var path = PathOf(command).ToArray();
            text.WriteLine($"\n## {string.Join(' ', path.Prepend("slipway"))}\n\n```text");
            text.WriteLine(string.Join('\n', (await HelpAsync(path)).TrimEnd().Split('\n').Select(line => line.TrimEnd())));
            text.WriteLine("```");
        }
        return text.ToString();
    }

    private static async Task<string> HelpAsync(string[] path)
    {
        using var screen = new Screen(Width);
        var help = new StringWriter { NewLine = "\n" };
        await new CommandTree(screen).Build().Parse([.. path, "--help"]).InvokeAsync(new InvocationConfiguration { Output = help });
        return help.ToString().ReplaceLineEndings("\n").Replace(RootCommand.ExecutableName, "slipway");
    }

    private static IEnumerable<Command> Leaves(Command command) => command.Subcommands.SelectMany(Leaves).Prepend(command);

    private static IEnumerable<string> PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? [.. PathOf(parent), command.Name] : [];

    /// <summary>The words of an example up to a comment, pipe or redirection, without their quotes.</summary>
    private static IEnumerable<string> Words(string example) =>
        System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(example.Replace('\'', '"')).Skip(1).TakeWhile(word => word is not ("#" or "|" or ">" or "<"));
}
