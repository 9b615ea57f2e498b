using System.Text.Json;

namespace Slipway.SystemTests.Server;

/// <summary>The installed <c>slipway</c>, logged in as the admin, in a folder.</summary>
internal sealed record Cli(Platform Platform, string Folder = "/")
{
    private static string Program => $"/usr/lib/{Platform.Name}/cli/slipway";

    private Dictionary<string, string?> Environment => new()
    {
        ["XDG_CONFIG_HOME"] = $"/var/lib/{Platform.Name}/admin",
        ["NO_COLOR"] = "1",
    };

    /// <summary>What makes another program's helper the admin too.</summary>
    public IReadOnlyDictionary<string, string?> Login => Environment;

    public string Token
    {
        get
        {
            using var credentials = System.Text.Json.JsonDocument.Parse(File.ReadAllText($"{Environment["XDG_CONFIG_HOME"]}/slipway/credentials.json"));
            return credentials.RootElement.GetProperty("logins").EnumerateObject().Single().Value.GetProperty("token").GetString()!;
        }
    }

    public Cli In(string folder) => this with { Folder = folder };

    public Task<RunResult> RunAsync(params string[] arguments) => Run.ProgramAsync(Program, arguments, Folder, Environment);

    public Task<RunResult> RunAsync(IReadOnlyList<string> arguments, string input) =>
        Run.ProgramAsync(Program, arguments, Folder, Environment, input);

    /// <returns>The token with which it is logged in.</returns>
    public async Task<string> TokenAsync()
    {
        var file = Directory.EnumerateFiles(Platform.Config.Home + "/admin/slipway").Single();
        using var logins = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
        return logins.RootElement.GetProperty("logins").EnumerateObject().First().Value.GetProperty("token").GetString()!;
    }

    /// <summary>A line as typed into a shell, in which <c>slipway</c> is found.</summary>
    public Task<RunResult> ShellAsync(string line) => Run.ProgramAsync("/bin/bash", ["-c", line], Folder, ShellEnvironment);

    /// <summary>The same on a terminal.</summary>
    public Terminal OpenTerminal(string line) => new(line, Folder, ShellEnvironment);

    private Dictionary<string, string?> ShellEnvironment => new(Environment)
    {
        ["PATH"] = Path.GetDirectoryName(Program) + ":/usr/local/bin:/usr/bin:/bin",
        ["TERM"] = "xterm",
    };
}
