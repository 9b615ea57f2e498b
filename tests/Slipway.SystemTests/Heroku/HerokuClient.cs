using Slipway.SystemTests.Server;

namespace Slipway.SystemTests.Heroku;

/// <summary>
/// Heroku's own client, unmodified, pointed at the server under test as docs/heroku.md says, in a folder. It reports to
/// nobody, asks for no newer version, and has a home folder of its own, so that it finds nothing of the developer's.
/// </summary>
/// <param name="Token">Whose client it is.</param>
internal sealed record HerokuClient(Platform Platform, string Token, string Folder = "/")
{
    private static readonly string HomeFolder = Directory.CreateTempSubdirectory("slipway-heroku-").FullName;

    /// <summary>The admin's.</summary>
    public static async Task<HerokuClient> OfAdminAsync(Platform platform)
    {
        await Installation.Ready;
        return new HerokuClient(platform, platform.Cli.Token);
    }

    public HerokuClient In(string folder) => this with { Folder = folder };

    /// <summary>A file with the server's own certificate authority, where the client is to know it.</summary>
    private string? Authority { get; init; }

    /// <summary>One that also talks TLS to the server, as <c>run</c> does.</summary>
    public async Task<HerokuClient> TrustingAsync()
    {
        var file = Path.Combine(HomeFolder, "slipway.pem");
        await File.WriteAllTextAsync(file, (await Platform.Cli.RunAsync("server", "ca")).MustSucceed().Output);
        return this with { Authority = file };
    }

    public string Home => HomeFolder;

    /// <summary>The host and port by which the client reaches the server: it sends its token to few others.</summary>
    public string Host => $"localhost:{Platform.Config.HttpPort}";

    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["HEROKU_HOST"] = "http://" + Host,
        ["HEROKU_API_KEY"] = Token,
        ["HEROKU_GIT_HOST"] = $"localhost:{Platform.Config.HttpsPort}", // the client makes it https://
        ["HEROKU_DATA_HOST"] = "localhost", // without the port, which is that of HEROKU_HOST
        ["HEROKU_DATA_CONTROL_PLANE"] = Host,
        ["HEROKU_PARTICLEBOARD_URL"] = "http://" + Host,
        ["HEROKU_STATUS_HOST"] = Host,
        ["NODE_EXTRA_CA_CERTS"] = Authority,
        ["DISABLE_TELEMETRY"] = "true",
        ["HEROKU_SKIP_NEW_VERSION_CHECK"] = "true",
        ["HEROKU_DISABLE_AUTOUPDATE"] = "true", // a process in the background, for as long as no registry answers it
        ["HEROKU_NOTIFICATIONS"] = "0",
        ["HOME"] = HomeFolder,
        ["XDG_CONFIG_HOME"] = HomeFolder + "/config",
        ["XDG_CACHE_HOME"] = Installation.Cache(HomeFolder),
        ["XDG_DATA_HOME"] = HomeFolder + "/data",
        ["PATH"] = Installation.Programs + ":/usr/local/bin:/usr/bin:/bin",
        ["NO_COLOR"] = "1",
        ["TERM"] = "xterm",
        ["COLUMNS"] = "200",
        ["CI"] = null,
        ["HTTPS_PROXY"] = null,
        ["https_proxy"] = null,
    };

    /// <param name="arguments">The command first: <c>ps:scale</c>.</param>
    public Task<RunResult> RunAsync(params string[] arguments) => RunAsync(arguments, input: "");

    public Task<RunResult> RunAsync(IReadOnlyList<string> arguments, string input, IReadOnlyDictionary<string, string?>? environment = null)
    {
        HerokuAttribute.Ran(arguments[0]);
        return Run.ProgramAsync(Installation.Program, arguments, Folder, With(environment), input);
    }

    /// <summary>One that must succeed. Its output, without what the client says of its progress (that is <see cref="RunResult.Errors"/>).</summary>
    public async Task<string> OutputAsync(params string[] arguments) => (await RunAsync(arguments)).MustSucceed().Output;

    /// <summary>One that must succeed. All that a person sees of it: the client says what it did on its standard error.</summary>
    public async Task<string> SaidAsync(params string[] arguments)
    {
        var result = (await RunAsync(arguments)).MustSucceed();
        return result.Output + result.Errors;
    }

    /// <summary>git, as it is after <c>heroku git:remote</c>: it asks the client for the token.</summary>
    public Task<RunResult> GitAsync(params string[] arguments) => Run.ProgramAsync("git", arguments, Folder, With(new Dictionary<string, string?>
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_SSL_CAINFO"] = Authority,
        ["GIT_AUTHOR_NAME"] = "Ada", ["GIT_AUTHOR_EMAIL"] = "ada@example.org", ["GIT_COMMITTER_NAME"] = "Ada", ["GIT_COMMITTER_EMAIL"] = "ada@example.org",
    }));

    /// <summary>On a terminal, as typed into a shell, in which <c>heroku</c> is found.</summary>
    public Terminal OpenTerminal(string line, IReadOnlyDictionary<string, string?>? environment = null)
    {
        foreach (var part in line.Split(';', '|', '&').Select(part => part.Trim()).Where(part => part.StartsWith("heroku ", StringComparison.Ordinal)))
            HerokuAttribute.Ran(part.Split(' ')[1]);
        return new Terminal(line, Folder, With(environment));
    }

    /// <summary>One that goes on until it is ended; the caller does.</summary>
    public System.Diagnostics.Process Start(params string[] arguments)
    {
        HerokuAttribute.Ran(arguments[0]);
        return Run.Start(Installation.Program, arguments, Folder, Environment);
    }

    private IReadOnlyDictionary<string, string?> With(IReadOnlyDictionary<string, string?>? more)
    {
        var all = new Dictionary<string, string?>(Environment);
        foreach (var (name, value) in more ?? new Dictionary<string, string?>()) all[name] = value;
        return all;
    }
}
