using Slipway.Contracts.Names;
using Slipway.Control.Manifests;
using YamlDotNet.RepresentationModel;

namespace Slipway.Control.Builds.Docker;

/// <param name="Dockerfile">Below the app's folder.</param>
/// <param name="Target">Stage that is the image; null for the last.</param>
internal sealed record HerokuImage(string Name, string Dockerfile, string? Target, int Line);

/// <param name="Image">Name of the image that it runs in; null where nothing says so.</param>
internal sealed record HerokuCommand(string Line, string? Image);

/// <summary>
/// Heroku's heroku.yml: which Dockerfile is built, with which arguments, and what runs of it. <c>setup</c>, which says what
/// an app gets when it is created, is no business of a build.
/// </summary>
internal sealed class HerokuFile
{
    public const string Name = "heroku.yml";

    private static readonly string[] Top = ["setup", "build", "release", "run"];
    private static readonly string[] Build = ["docker", "config", "pipeline", "languages", "packages"];
    private static readonly string[] ImageKeys = ["dockerfile", "target"];
    private static readonly string[] CommandKeys = ["command", "image"];

    private readonly Dictionary<string, HerokuImage> _images = [];
    private readonly Dictionary<string, string> _arguments = [];
    private readonly Dictionary<ProcessType, HerokuCommand> _commands = [];
    private readonly ICollection<Finding> _findings;

    private HerokuFile(string file, ICollection<Finding> findings) => (File, _findings) = (file, findings);

    /// <summary>Path below the source.</summary>
    public string File { get; }

    public IReadOnlyDictionary<string, HerokuImage> Images => _images;

    /// <summary>Arguments of the build (ARG).</summary>
    public IReadOnlyDictionary<string, string> Arguments => _arguments;

    /// <summary>By process type, <c>release</c> among them.</summary>
    public IReadOnlyDictionary<ProcessType, HerokuCommand> Commands => _commands;

    /// <summary>It says what runs, so the image's own command does not.</summary>
    public bool HasRun { get; private set; }

    /// <returns>Null when there is none, or it builds nothing with Docker.</returns>
    public static HerokuFile? Find(Survey survey) =>
        survey.FirstOf(Name) is { } path && survey.Files.ReadText(path, survey.Findings) is { } text && Parse(path, text, survey.Findings) is { Images.Count: > 0 } file ? file : null;

    /// <summary>Everything that is wrong with it is found at once, each with its line.</summary>
    public static HerokuFile Parse(string path, string text, ICollection<Finding> findings)
    {
        var file = new HerokuFile(path, findings);
        if (YamlText.Read(path, text, findings) is not { } root) return file;
        if (root is not YamlMappingNode map) file.Report(root, "It is not a map of keys.", "Begin with: build:");
        else file.ReadTop(map);
        return file;
    }

    private void ReadTop(YamlMappingNode root)
    {
        foreach (var (key, value) in Entries(root, Top))
        {
            switch (key)
            {
                case "build" when Map(value, "build") is { } build:
                    ReadBuild(build);
                    break;
                case "run" when Map(value, "run") is { } run:
                    HasRun = true;
                    foreach (var (type, command) in Entries(run, null)) ReadCommand(type, command);
                    break;
                case "release":
                    ReadCommand("release", value);
                    break;
            }
        }

        foreach (var (type, command) in _commands)
            if (command.Image is { } image && !_images.ContainsKey(image) && _images.Count > 0)
                Report(root, $"'{type}' runs in the image '{image}', which 'build.docker' does not build.", $"It builds {string.Join(", ", _images.Keys)}.{DidYouMean(image, _images.Keys)}");
    }

    private void ReadBuild(YamlMappingNode build)
    {
        foreach (var (key, value) in Entries(build, Build))
        {
            switch (key)
            {
                case "docker" when Map(value, "build.docker") is { } images:
                    foreach (var (name, image) in Entries(images, null)) ReadImage(name, image);
                    break;
                case "config" when Map(value, "build.config") is { } config:
                    foreach (var (name, argument) in Entries(config, null))
                        if (!ConfigKey.TryParse(name, out _)) Report(argument, $"{TypedName.Quote(name)} is not the name of an argument.", "Letters, digits and _.");
                        else if (Text(argument, $"build.config.{name}") is { } text) _arguments[name] = text;
                    break;
            }
        }
    }

    private void ReadImage(string name, YamlNode node)
    {
        if (!ProcessType.TryParse(name, out _)) Report(node, $"{TypedName.Quote(name)} is not a process type.", "Name the image by the process type that it is for: web.");
        var (dockerfile, target) = (default(string), default(string));
        if (node is YamlMappingNode map)
        {
            foreach (var (key, value) in Entries(map, ImageKeys))
                if (key == "dockerfile") dockerfile = Text(value, key);
                else target = Text(value, key);
        }
        else dockerfile = Text(node, $"build.docker.{name}");

        if (dockerfile is null) return;
        if (Sources.SourcePath.Normalize(dockerfile, new Sources.SourceLimits()) is not { } path || dockerfile.StartsWith('/')) Report(node, $"{TypedName.Quote(dockerfile)} is not a file of the source.", "Name it relative to heroku.yml: Dockerfile");
        else _images[name] = new HerokuImage(name, path, target, YamlText.LineOf(node));
    }

    private void ReadCommand(string type, YamlNode node)
    {
        if (!ProcessType.TryParse(type, out var known))
        {
            Report(node, $"{TypedName.Quote(type)} is not a process type.", $"It is {ProcessType.Rule}.");
            return;
        }

        var (command, image) = (default(string), default(string));
        if (node is YamlMappingNode map)
        {
            foreach (var (key, value) in Entries(map, CommandKeys))
                if (key == "image") image = Text(value, key);
                else command = CommandOf(type, value);
            if (command is null && image is null) return;
        }
        else command = CommandOf(type, node);

        if (command is not null) _commands[known] = new HerokuCommand(command, image);
        else if (type == "release") Report(node, "'release' has no command.", "release: {command: [./migrate.sh], image: web}");
        else if (image is not null) HasRun &= type != "web"; // the image's own command is this one
    }

    /// <summary>A list is several commands, one after the other, as Heroku runs them.</summary>
    private string? CommandOf(string type, YamlNode node) => node is YamlSequenceNode list
        ? string.Join(" && ", list.Children.Select(line => Text(line, $"{type}.command")).OfType<string>()) is { Length: > 0 } all ? all : null
        : Text(node, type);

    private IEnumerable<(string Key, YamlNode Value)> Entries(YamlMappingNode map, string[]? known)
    {
        foreach (var (node, value) in map.Children)
        {
            if (node is not YamlScalarNode { Value: { Length: > 0 } key }) Report(node, "A key is a word.", "Write it without brackets.");
            else if (known?.Contains(key) == false) Report(node, $"There is no key {TypedName.Quote(key)} here.", $"There are {string.Join(", ", known)}.{DidYouMean(key, known)}");
            else yield return (key, value);
        }
    }

    private YamlMappingNode? Map(YamlNode node, string path)
    {
        if (node is YamlMappingNode map) return map;
        Report(node, $"'{path}' is not a map of keys.", $"Indent what belongs to it below '{path.Split('.')[^1]}:'.");
        return null;
    }

    private string? Text(YamlNode node, string path)
    {
        if (node is YamlScalarNode { Value: { Length: > 0 and <= 4096 } text } && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\t'))) return text.Trim();
        Report(node, $"'{path}' is not a text.", "Write it on one line, in quotes where it has a colon.");
        return null;
    }

    private static string DidYouMean(string written, IEnumerable<string> known) => Suggestion.For(written, known) is { } word ? $" Did you mean '{word}'?" : "";

    private void Report(YamlNode at, string message, string next) =>
        _findings.Add(new Finding("invalid_heroku_yml", message) { File = File, Line = YamlText.LineOf(at), Next = next });
}
