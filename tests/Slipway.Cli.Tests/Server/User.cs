namespace Slipway.Cli.Tests.Server;

/// <summary>Somebody with a home folder of their own who types commands.</summary>
internal sealed class User : IDisposable
{
    private readonly Folder _home = new("home");

    public User(TestPlatform platform) => Environment = new Dictionary<string, string?>
    {
        ["XDG_CONFIG_HOME"] = _home["config"],
        ["HOME"] = _home.Path,
        ["SLIPWAY_SERVER"] = platform.Url.ToString(),
        ["SLIPWAY_TOKEN"] = null,
        ["SLIPWAY_APP"] = null,
        ["NO_COLOR"] = null,
        ["TERM"] = "xterm",
    };

    public Dictionary<string, string?> Environment { get; }

    public string Credentials => _home["config/slipway/credentials.json"];

    /// <summary>Logged in through the environment.</summary>
    public User LoggedIn()
    {
        Environment["SLIPWAY_TOKEN"] = TestPlatform.Token;
        return this;
    }

    public Task<RunResult> RunAsync(params string[] arguments) => Run.ProgramAsync(Run.Slipway, arguments, _home.Path, Environment);

    public Task<RunResult> RunInAsync(Folder folder, params string[] arguments) => Run.ProgramAsync(Run.Slipway, arguments, folder.Path, Environment);

    public Task<RunResult> TypeAsync(string input, params string[] arguments) => Run.ProgramAsync(Run.Slipway, arguments, _home.Path, Environment, input);

    public void Dispose() => _home.Dispose();
}
