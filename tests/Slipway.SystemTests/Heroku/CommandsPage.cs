using System.Reflection;
using System.Text;
using System.Text.Json;
using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Heroku;

/// <summary>docs/heroku-commands.md: every command of the client with the verdict of the stories. SLIPWAY_UPDATE_DOCS=1 writes it anew.</summary>
public sealed class CommandsPage
{
    private const string Marker = "<!-- Made by the stories in tests/Slipway.SystemTests/Heroku; SLIPWAY_UPDATE_DOCS=1 writes it anew. -->\n";

    private static string Page { get; } = Path.Combine(Platform.Repository, "docs/heroku-commands.md");

    [Fact]
    [Heroku("commands")]
    public async Task It_says_of_every_command_what_the_stories_say()
    {
        var page = await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken);
        var byHand = page[..(page.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length)];
        var whole = byHand + Table(await CommandsAsync());
        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_DOCS") is "1") await File.WriteAllTextAsync(Page, whole, TestContext.Current.CancellationToken);
        else Assert.Equal(whole, page);
    }

    private static string Table(IReadOnlyList<Command> commands)
    {
        var verdicts = Verdicts(commands);
        var text = new StringBuilder("| Command | | |\n|---|---|---|\n");
        foreach (var command in commands.OrderBy(command => command.Id, StringComparer.Ordinal))
        {
            var original = Original(command, commands);
            var verdict = verdicts.GetValueOrDefault(original.Id, Verdict.NotTried);
            var remark = original == command ? verdict.Remark : $"another name of `{original.Id}`";
            text.Append("| `").Append(command.Id).Append("` | ").Append(verdict.Word).Append(" | ").Append(remark).Append(" |\n");
        }

        return text.ToString();
    }

    /// <summary>A story's word counts most, and of two stories the one that found a difference.</summary>
    private static Dictionary<string, Verdict> Verdicts(IReadOnlyList<Command> commands)
    {
        var verdicts = new Dictionary<string, Verdict>(StringComparer.Ordinal);
        foreach (var command in commands)
        {
            if (NoMeaning.Commands.FirstOrDefault(entry => Means(entry.Command, command.Id)) is { Command: not null } none)
                verdicts[command.Id] = new Verdict("no meaning here", none.Why);
        }

        foreach (var said in Stories().OrderBy(said => said.Verdict == "differs"))
        {
            foreach (var typed in said.Commands)
            {
                var command = commands.FirstOrDefault(one => one.Id == typed) ?? commands.FirstOrDefault(one => one.Aliases.Contains(typed));
                Assert.True(command is not null, $"A story vouches for {typed}, which the client does not have.");
                verdicts[Original(command, commands).Id] = new Verdict(said.Verdict, said.Remark);
            }
        }

        return verdicts;
    }

    /// <summary>The client lists a command under each of its names; the one that is no alias is its own.</summary>
    private static Command Original(Command command, IReadOnlyList<Command> commands) => command.Aliases.Contains(command.Id)
        ? commands.FirstOrDefault(one => one.Path == command.Path && !one.Aliases.Contains(one.Id)) ?? command
        : command;

    private static IEnumerable<HerokuAttribute> Stories() =>
        from type in typeof(CommandsPage).Assembly.GetTypes()
        from method in type.GetMethods()
        from said in method.GetCustomAttributes<HerokuAttribute>()
        select said;

    private static bool Means(string pattern, string id) =>
        pattern.EndsWith('*') ? id == pattern[..^1].TrimEnd(':') || id.StartsWith(pattern[..^1].TrimEnd(':') + ":", StringComparison.Ordinal) : id == pattern;

    private static async Task<IReadOnlyList<Command>> CommandsAsync()
    {
        await Installation.Ready;
        HerokuAttribute.Ran("commands");
        using var home = Sites.Folder.Empty("home");
        var environment = new Dictionary<string, string?> { ["HOME"] = home.Path, ["XDG_CACHE_HOME"] = Installation.Cache(home.Path), ["DISABLE_TELEMETRY"] = "true", ["HEROKU_DISABLE_AUTOUPDATE"] = "true" };
        var listed = (await Run.ProgramAsync(Installation.Program, ["commands", "--json"], "/", environment)).MustSucceed();
        using var json = JsonDocument.Parse(listed.Output);
        return [.. from command in json.RootElement.EnumerateArray()
            let aliases = command.GetProperty("aliases").EnumerateArray().Concat(command.GetProperty("hiddenAliases").EnumerateArray())
            select new Command(command.GetProperty("id").GetString()!, [.. aliases.Select(alias => alias.GetString()!)], PathOf(command))];
    }

    private static string PathOf(JsonElement command) =>
        command.TryGetProperty("relativePath", out var path) && path.ValueKind == JsonValueKind.Array ? $"{command.GetProperty("pluginName")}/{path}" : command.GetProperty("id").GetString()!;

    private sealed record Command(string Id, IReadOnlyList<string> Aliases, string Path);

    private sealed record Verdict(string Word, string Remark)
    {
        public static Verdict NotTried { get; } = new("not tried", "");
    }
}
