namespace Slipway.SystemTests.Server;

/// <summary>The installed <c>slipway</c>, logged in as the admin, in a folder.</summary>
internal sealed record Cli(Platform Platform, string Folder = "/")
{
    private static string Program => "/usr/lib/slipway-test/cli/slipway";

    private static readonly Dictionary<string, string?> Environment = new()
    {
        ["XDG_CONFIG_HOME"] = "/var/lib/slipway-test/admin",
        ["NO_COLOR"] = "1",
    };

    public Cli In(string folder) => this with { Folder = folder };

    public Task<RunResult> RunAsync(params string[] arguments) => Run.ProgramAsync(Program, arguments, Folder, Environment);

    public Task<RunResult> RunAsync(IReadOnlyList<string> arguments, string input) =>
        Run.ProgramAsync(Program, arguments, Folder, Environment, input);

    /// <summary>Runs it on a terminal of its own (util-linux's <c>script</c>), for what only a terminal shows.</summary>
    public Task<RunResult> RunOnTerminalAsync(IReadOnlyList<string> arguments, string input) =>
        Run.ProgramAsync("/usr/bin/script", ["--quiet", "--return", "--echo", "never", "--command", Quoted(arguments), "/dev/null"], Folder, Environment, input);

    // script takes one string for a shell, so this is the one place where a test needs quotes.
    private static string Quoted(IReadOnlyList<string> arguments) =>
        string.Join(' ', arguments.Prepend(Program).Select(argument => "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));
}
