using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;
using Slipway.Contracts.Errors;
using Slipway.Contracts.Runner;
using Slipway.Control.Builds;
using Slipway.Control.Instances;

namespace Slipway.Control.Diagnoses;

/// <summary>
/// Everything that a rule may look at, gathered once, when something failed. It is a value: written down as JSON it gives
/// the same diagnosis on any machine, which is how rules are tested.
/// </summary>
internal sealed partial record Facts
{
    private IReadOnlyList<Traceback>? _tracebacks;

    public required Stage Stage { get; init; }

    /// <summary>The app's own host name.</summary>
    public required string Host { get; init; }

    /// <summary>What the platform saw fail, in its own words; null for an app that runs.</summary>
    public SlipwayError? Failure { get; init; }

    /// <summary>What preflight found wrong, each with its place.</summary>
    public IReadOnlyList<Finding> Findings { get; set; } = [];

    /// <summary>Of the build step or the instance that failed, oldest line first; of an app that runs, what it wrote last.</summary>
    public IReadOnlyList<string> Log { get; set; } = [];

    public InstanceLook? Instance { get; init; }

    /// <summary>The last question that the probe asked.</summary>
    public Exchange? Probe { get; init; }

    /// <summary>Answers of 400 and above that the edge gave for the app, as its router log has them, oldest first.</summary>
    public IReadOnlyList<string> Router { get; set; } = [];

    /// <summary><c>python</c>, <c>php</c>, …; empty while that is not known.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Folder of the source that is <c>/app</c> in the image; empty for all of it.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Folder of the source in which commands run.</summary>
    public string Root { get; set; } = "";

    /// <summary>Process type → command line.</summary>
    public IReadOnlyDictionary<string, string> ProcessTypes { get; set; } = new Dictionary<string, string>();

    public string? DjangoVersion { get; init; }

    /// <summary><c>mysite.settings</c></summary>
    public string? SettingsModule { get; init; }

    /// <summary>Names only: what values are is nobody's business here.</summary>
    public IReadOnlyList<string> ConfigVars { get; set; } = [];

    /// <summary>Services of the add-ons that are attached: <c>postgresql</c>.</summary>
    public IReadOnlyList<string> Addons { get; set; } = [];

    /// <summary>The source that was deployed.</summary>
    [JsonIgnore]
    public Source Source { get; init; } = Source.None;

    /// <summary>Those in <see cref="Lines"/>, oldest first.</summary>
    [JsonIgnore]
    public IReadOnlyList<Traceback> Tracebacks => _tracebacks ??= Traceback.In([.. Lines], Folder);

    /// <summary>The log; of a build also what it found out itself and did not write there. An instance's evidence is the end of its log.</summary>
    [JsonIgnore]
    public IEnumerable<string> Lines => Stage == Stage.Build || Log.Count == 0 ? Log.Concat(Failure?.Evidence ?? []) : Log;

    /// <summary>How the command that failed ended; null where that is not known.</summary>
    [JsonIgnore]
    public int? ExitCode => Instance?.Exit?.Code ?? (Detail("exit_status") is { } status ? int.Parse(status, CultureInfo.InvariantCulture) : null);

    /// <summary>The source's file of the settings module.</summary>
    [JsonIgnore]
    public string? SettingsFile => SettingsModule is not { } module ? null
        : new[] { ".py", "/__init__.py" }.Select(end => SourceFiles.Join(Root, module.Replace('.', '/') + end)).FirstOrDefault(Source.Has);

    /// <summary>The module of Django's WSGI callable, as a server is told of it.</summary>
    [JsonIgnore]
    public string? Wsgi => SettingsModule is { } module && module.Split('.')[0] + ".wsgi" is var wsgi && Source.HasModule(Root, wsgi) ? wsgi : null;

    /// <summary>The requirements.txt that is installed from; null when something else is, or nothing.</summary>
    [JsonIgnore]
    public string? Requirements => HasOtherLock ? null : Folders.Select(folder => SourceFiles.Join(folder, "requirements.txt")).FirstOrDefault(Source.Has);

    /// <summary>A lock file says what is installed: no line can be added to it by hand.</summary>
    [JsonIgnore]
    public bool HasOtherLock => Folders.Any(folder => new[] { "uv.lock", "poetry.lock", "Pipfile.lock", "Pipfile" }.Any(name => Source.Has(SourceFiles.Join(folder, name))));

    /// <summary>
    /// The module that could not be imported: as the build saw it, or the last traceback says; also one that Django looked for
    /// by name. Not the one that the server was told to serve: that is another mistake.
    /// </summary>
    [JsonIgnore]
    public string? MissingModule => Detail("module")
        ?? (Tracebacks.LastOrDefault(one => one.Type == "ModuleNotFoundError") is { } traceback && NoModule().Match(traceback.Message) is { Success: true } no
            && (traceback.Own is not null || ServedModule.Of(Instance?.Line)?.IsIn(no.Groups[1].Value) != true) ? no.Groups[1].Value : null)
        ?? Lines.Append(Failure?.Why ?? "").Select(line => Driver().Match(line)).Where(match => match.Success).Select(match => match.Groups["driver"] is { Success: true, Value: var driver } ? driver : "PIL").LastOrDefault();

    [GeneratedRegex("^No module named '([^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex NoModule();

    [GeneratedRegex(@"Error loading (?<driver>\w+) module|because Pillow is not installed", RegexOptions.CultureInvariant)]
    private static partial Regex Driver();

    /// <summary>In an app that runs, an error in its log alone is no failure: somebody has to have been answered with one.</summary>
    [JsonIgnore]
    public bool HasFailed => Stage != Stage.Run || Failure is not null || Router.Any(line => RouterLine.Parse(line) is { Status: >= 500 });

    /// <summary>Files of the source that the command which failed names, where it names them as programs are named: <c>./start.sh</c>, <c>/app/start.sh</c>.</summary>
    [JsonIgnore]
    public IEnumerable<string> CommandFiles =>
        Word().Matches(Instance is { } instance ? instance.Line ?? string.Join(' ', instance.Command) : ProcessTypes.GetValueOrDefault("release") ?? "").Select(match => match.Value)
            .Select(word => SourceFiles.Join(Root, word.StartsWith("./", StringComparison.Ordinal) ? word[2..] : word.StartsWith("/app/", StringComparison.Ordinal) ? word["/app/".Length..] : word))
            .Where(Source.Has);

    [GeneratedRegex(@"[\w./-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    private IEnumerable<string> Folders => new[] { Root, "" }.Distinct();

    /// <summary>A value that the failure names.</summary>
    public string? Detail(string name) => Failure?.Details?.GetValueOrDefault(name);

    /// <summary>The Procfile's line of this process type.</summary>
    public SourceLine? Process(string type) => Source.Line(SourceFiles.Join(Root, "Procfile"), new Regex($@"^\s*{type}\s*:\s*(?<command>.*\S)", RegexOptions.CultureInvariant));

    public string ToJson() => JsonSerializer.Serialize(this, FactsJson.Default.Facts);

    public static Facts Parse(string json) => JsonSerializer.Deserialize(json, FactsJson.Default.Facts) ?? throw new JsonException("It holds only 'null'.");
}

/// <summary>An instance at the moment when it failed, or when somebody asked.</summary>
/// <param name="Name"><c>web.1</c></param>
/// <param name="Exit">Null while it runs.</param>
internal sealed record InstanceLook(string Name, IReadOnlyList<string> Command, InstanceExit? Exit)
{
    /// <summary>The command line that <see cref="InstanceLook.Command"/> was made of, variables and all.</summary>
    public string? Line { get; init; }

    /// <summary>Where it is to listen.</summary>
    public int Port { get; set; }

    public long MemoryLimit { get; set; }

    /// <summary>What it used; null when that is not known.</summary>
    public long? Memory { get; init; }

    /// <summary>Processes of it that the kernel ended for memory.</summary>
    public int OomKills { get; set; }

    /// <summary>Seconds since its start.</summary>
    public double Age { get; set; }

    /// <summary>Sockets that it listens on: <c>127.0.0.1:8000</c>.</summary>
    public IReadOnlyList<string> Listening { get; set; } = [];

    /// <summary>Whether it listens where requests come from.</summary>
    [JsonIgnore]
    public bool ListensRight => Listening.Any(one => one == Sighting.Socket || IPEndPoint.TryParse(one, out var at) && at.Port == Port && !IPAddress.IsLoopback(at.Address));

    /// <summary>Connections that it asked for and that nobody has answered yet: <c>10.0.0.5:5432</c>.</summary>
    public IReadOnlyList<string> Connecting { get; set; } = [];

    /// <summary>Its processes, parents before children.</summary>
    public IReadOnlyList<ProcessLook> Processes { get; set; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Facts))]
internal sealed partial class FactsJson : JsonSerializerContext;
