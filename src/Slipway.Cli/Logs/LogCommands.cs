using System.CommandLine;
using Slipway.Cli.Api;
using Slipway.Cli.Output;
using Slipway.Cli.Terminals;
using Slipway.Contracts;
using Slipway.Contracts.Api;

namespace Slipway.Cli.Logs;

/// <summary><c>slipway logs</c>.</summary>
internal static class LogCommands
{
    private const int DefaultLines = 100;

    private static readonly Option<int> Lines = new("--num", "-n") { Description = "How many of the last lines, up to 10,000.", HelpName = "N", DefaultValueFactory = _ => DefaultLines };
    private static readonly Option<bool> Follow = new("--tail", "--follow", "-f", "-t") { Description = "Go on with new lines until Ctrl-C." };
    private static readonly Option<string> Process = new("--ps", "-d") { Description = "Only this process type or instance.", HelpName = "web|web.1" };
    private static readonly Option<string> From = new("--source") { Description = "Only what the app wrote, or only what the router did.", HelpName = "app|router" };

    public static IEnumerable<Command> All(CommandTree tree) =>
        [tree.Command("logs", "Show what the app and the router wrote.", ["slipway logs -f", "slipway logs -n 500 --ps worker", "slipway logs --source router"], ShowAsync, Lines, Follow, Process, From, CommonOptions.App)];

    private static async Task<int> ShowAsync(Invocation run, CancellationToken cancel)
    {
        var lines = run.Get(Lines);
        if (lines is < 0 or > 10_000) throw Failure.Usage("invalid_lines", $"{lines} is not a number of lines from 0 to 10,000.", next: "slipway logs -n 500");
        if (run.Get(From) is { } from and not ("app" or "router")) throw Failure.Usage("invalid_source", $"'{Visible.Text(from)}' is not a source of logs.", next: "--source app or --source router");
        var app = run.App;
        var follow = run.Get(Follow);
        do
        {
            var request = new CreateLogSessionRequest(lines, follow, run.Get(From), run.Get(Process));
            try
            {
                var session = await run.Api.SendAsync(HttpMethod.Post, Routes.Of(app, "log-sessions"), request, ContractsJson.Default.CreateLogSessionRequest, ContractsJson.Default.LogSession, cancel);
                await PrintAsync(run, session.Value.LogplexUrl, cancel);
            }
            catch (Exception e) when (follow && e is IOException or HttpRequestException or Failure { ExitCode: ExitCode.Unreachable } && !IsOwn(e))
            {
                run.Screen.Note("The connection was lost; trying again.");
            }
            lines = 0;
            if (follow) await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }
        while (follow);
        return ExitCode.Success;
    }

    /// <summary>Our own reader went away, not the server.</summary>
    private static bool IsOwn(Exception e) => e is IOException { HResult: OutputStream.BrokenPipe };

    private static async Task PrintAsync(Invocation run, Uri stream, CancellationToken cancel)
    {
        using var answer = await run.Api.OpenAsync(stream, cancel);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        while (await lines.ReadLineAsync(cancel) is { } line) run.Screen.Line(Coloured(run.Screen, line));
    }

    /// <summary>Heroku's form of a line: <c>TIME app[web.1]: text</c>.</summary>
    private static string Coloured(Screen screen, string line)
    {
        if (!screen.IsTerminal) return line;
        var shown = Visible.LogText(line);
        var space = shown.IndexOf(' ');
        var colon = shown.IndexOf("]: ", StringComparison.Ordinal);
        return space > 0 && colon > space
            ? $"{screen.Dim(shown[..space])} {screen.Cyan(shown[(space + 1)..(colon + 2)])}{shown[(colon + 2)..]}"
            : shown;
    }
}
