using System.Globalization;
using System.Text.Json;
using Slipway.Contracts.Names;
using Slipway.Control.Builds;
using Slipway.Control.Cron;
using Slipway.Control.Manifests;
using Slipway.Control.Releases;

namespace Slipway.Control.AppFiles;

/// <summary>Something wrong with app.json.</summary>
/// <param name="Key">Key of the file that it is below; empty for the file itself.</param>
internal sealed record AppFileProblem(string Key, Finding Finding);

/// <summary>An app.json as it was read: with problems, it holds what was right.</summary>
/// <param name="Notes">For people, a line each: what has no meaning here.</param>
internal sealed record AppFileReading(AppFile File, IReadOnlyList<AppFileProblem> Problems, IReadOnlyList<string> Notes)
{
    /// <summary>All that is wrong is one error, told at once.</summary>
    /// <exception cref="Contracts.Errors.SlipwayException">422.</exception>
    public AppFile MustBeGood() => Problems.Count == 0 ? File : throw Finding.ToException([.. Problems.Select(problem => problem.Finding)]);
}

/// <summary>Reads app.json, for everybody who needs something of it; all that is wrong is found at once, each with its line.</summary>
internal sealed class AppFileReader
{
    private const int MaxFile = 256 * 1024, MaxText = 4000, MaxEntries = 200, MaxQuantity = 100;

    private static readonly string[] Keys =
    [
        "name", "description", "keywords", "website", "repository", "logo", "success_url", "env", "formation", "addons", "buildpacks", "stack", "image", "scripts",
        "environments", "cron", "$schema",
    ];

    private static readonly string[] EnvironmentKeys = ["env", "formation", "addons", "buildpacks", "scripts", "stack"];

    private readonly List<AppFileProblem> _problems = [];
    private readonly List<string> _notes = [];

    private AppFileReader() { }

    /// <returns>Null when the folder has none.</returns>
    public static AppFileReading? Find(SourceFiles files, string folder)
    {
        var path = SourceFiles.Join(folder, AppFile.FileName);
        if (!files.Exists(path)) return null;
        var findings = new List<Finding>();
        return files.ReadText(path, findings) is { } text ? Parse(text) : new AppFileReading(AppFile.Empty, [.. findings.Select(one => new AppFileProblem("", one))], []);
    }

    public static AppFileReading Parse(string text)
    {
        var reader = new AppFileReader();
        return new AppFileReading(reader.ReadFile(text), reader._problems, reader._notes);
    }

    private AppFile ReadFile(string text)
    {
        if (text.Length > MaxFile)
        {
            _problems.Add(new AppFileProblem("", new Finding("invalid_app_json", "It is too long.") { File = AppFile.FileName, Why = $"An app.json has at most {MaxFile:N0} characters." }));
            return AppFile.Empty;
        }

        WrittenJson json;
        try
        {
            json = WrittenJson.Parse(text);
        }
        catch (JsonException e)
        {
            _problems.Add(new AppFileProblem("", new Finding("invalid_app_json", "It is not JSON.") { File = AppFile.FileName, Line = (int?)e.LineNumber + 1, Why = e.Message }));
            return AppFile.Empty;
        }

        if (json.Kind != JsonValueKind.Object)
        {
            Wrong(json, "It is not an object.", """Begin with { and write keys in it: {"name": "My app"}""");
            return AppFile.Empty;
        }

        NoteUnknown(json, Keys);
        return new AppFile
        {
            Name = Text(json, "name"),
            Description = Text(json, "description"),
            Keywords = Texts(json, "keywords") ?? [],
            Website = Link(json, "website"),
            Repository = Link(json, "repository"),
            Logo = Link(json, "logo"),
            SuccessUrl = SuccessUrl(json),
            Env = Variables(json) ?? [],
            Formation = Formation(json) ?? new Dictionary<string, WantedScale>(),
            Addons = Addons(json) ?? [],
            Buildpacks = Buildpacks(json) ?? [],
            Stack = Text(json, "stack"),
            Image = Text(json, "image"),
            Scripts = Scripts(json) ?? new Dictionary<string, string>(),
            Environments = Environments(json),
            Cron = ReadCron(json),
        };
    }

    private List<CronEntry> ReadCron(WrittenJson json)
    {
        var findings = new List<Finding>();
        var entries = json.Find("cron") is { } cron ? CronFile.Read(cron, findings) : [];
        _problems.AddRange(findings.Select(finding => new AppFileProblem("cron", finding)));
        return [.. entries];
    }

    private List<AppVariable>? Variables(WrittenJson json)
    {
        if (Object(json, "env", """{"GREETING": {"description": "What visitors read", "value": "Hello"}}""") is not { } env) return null;
        var variables = new List<AppVariable>();
        foreach (var (key, value) in env.Members)
        {
            if (!ConfigKey.TryParse(key, out _)) Wrong(value, $"{TypedName.Quote(key)} cannot be the name of a config var.", $"It is {ConfigKey.Rule}.");
            else if (Variable(key, value) is { } variable) variables.Add(variable);
        }

        return variables;
    }

    private AppVariable? Variable(string key, WrittenJson json)
    {
        if (Plain(json) is { } plain) return new AppVariable(key, null, plain, IsRequired: true, IsSecret: false);
        if (json.Kind != JsonValueKind.Object)
        {
            Wrong(json, "is neither a text nor an object.", """Write a value, or an object with description, value, required, generator.""");
            return null;
        }

        NoteUnknown(json, ["description", "value", "required", "generator"]);
        var generator = Text(json, "generator");
        if (generator is not (null or "secret")) Wrong(json.Find("generator")!, $"is {TypedName.Quote(generator)}, which there is not.", "The one generator is \"secret\".");
        string? value = null;
        if (json.Find("value") is { } written && (value = Plain(written)) is null) Wrong(written, "is not a text.");
        var required = json.Find("required");
        if (required is { Kind: not (JsonValueKind.True or JsonValueKind.False) }) Wrong(required, "is neither true nor false.");
        return new AppVariable(key, Text(json, "description"), value, required?.Kind != JsonValueKind.False, generator == "secret");
    }

    private Dictionary<string, WantedScale>? Formation(WrittenJson json)
    {
        if (Object(json, "formation", """{"web": {"quantity": 1}}""") is not { } formation) return null;
        var scales = new Dictionary<string, WantedScale>(StringComparer.Ordinal);
        foreach (var (type, value) in formation.Members)
        {
            if (!ProcessType.TryParse(type, out _)) Wrong(value, $"{TypedName.Quote(type)} cannot be a process type.", $"It is {ProcessType.Rule}.");
            else if (value.Kind != JsonValueKind.Object) Wrong(value, "is not an object.", """Write {"quantity": 1, "size": "standard"}.""");
            else
            {
                NoteUnknown(value, ["quantity", "size"]);
                scales[type] = new WantedScale(Quantity(value), Text(value, "size")?.ToLowerInvariant());
            }
        }

        return scales;
    }

    private int? Quantity(WrittenJson json)
    {
        if (json.Find("quantity") is not { } written) return null;
        if (written.Kind == JsonValueKind.Number && int.TryParse(written.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var quantity) && quantity <= MaxQuantity) return quantity;
        Wrong(written, $"is not a whole number from 0 to {MaxQuantity}.");
        return null;
    }

    private List<AppAddon>? Addons(WrittenJson json)
    {
        if (List(json, "addons", """["postgresql"]""") is not { } list) return null;
        var addons = new List<AppAddon>();
        foreach (var item in list.Items)
        {
            if (item.Kind == JsonValueKind.String) addons.Add(new AppAddon(item.Text.Trim(), null, []));
            else if (item.Kind != JsonValueKind.Object) Wrong(item, "is neither a text nor an object.", """Write "postgresql", or {"plan": "postgresql", "as": "DATABASE"}.""");
            else
            {
                NoteUnknown(item, ["plan", "as", "options"]);
                if (item.Find("plan") is null) Wrong(item, "has no plan.", """Write {"plan": "postgresql"}.""");
                else if (Text(item, "plan") is { } plan) addons.Add(new AppAddon(plan, Text(item, "as"), [.. Object(item, "options", "{}")?.Members.Keys ?? []]));
            }
        }

        return addons;
    }

    private List<string>? Buildpacks(WrittenJson json)
    {
        if (List(json, "buildpacks", """[{"url": "heroku/python"}]""") is not { } list) return null;
        var urls = new List<string>();
        foreach (var item in list.Items)
        {
            if (item.Kind == JsonValueKind.String) urls.Add(item.Text.Trim());
            else if (item.Kind == JsonValueKind.Object && item.Find("url") is { Kind: JsonValueKind.String } url) urls.Add(url.Text.Trim());
            else Wrong(item, "is not an object with a url.", """Write {"url": "https://git.example.org/buildpack.git"}.""");
        }

        return urls;
    }

    private Dictionary<string, string>? Scripts(WrittenJson json)
    {
        if (Object(json, "scripts", """{"postdeploy": "python manage.py seed"}""") is not { } scripts) return null;
        NoteUnknown(scripts, [AppFile.PostDeployScript, AppFile.PreDestroyScript, "test", "test-setup"]);
        var commands = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in scripts.Members)
        {
            // An object with a command is how buildpacks' own scripts were once written.
            if ((value.Kind == JsonValueKind.Object ? value.Find("command") : value) is { Kind: JsonValueKind.String } command && command.Text.Trim().Length is > 0 and <= MaxText)
                commands[name] = command.Text.Trim();
            else
                Wrong(value, $"is not a command of 1 to {MaxText} characters.");
        }

        return commands;
    }

    private Dictionary<string, AppFileOverrides> Environments(WrittenJson json)
    {
        var all = new Dictionary<string, AppFileOverrides>(StringComparer.Ordinal);
        if (Object(json, "environments", """{"review": {"addons": ["postgresql"]}}""") is not { } environments) return all;
        foreach (var (name, value) in environments.Members)
        {
            if (value.Kind != JsonValueKind.Object)
            {
                Wrong(value, "is not an object.");
                continue;
            }

            NoteUnknown(value, EnvironmentKeys);
            all[name] = new AppFileOverrides(Variables(value), Formation(value), Addons(value), Buildpacks(value), Scripts(value));
        }

        return all;
    }

    private string? SuccessUrl(WrittenJson json)
    {
        if (Text(json, "success_url") is not { } url) return null;
        if (url.Length == 0) return null;
        if (url is ['/', not '/', ..] or "/" || IsLink(url)) return url;
        Wrong(json.Find("success_url")!, "is neither a path nor a URL.", "Write a path of the app, such as /welcome, or an http or https URL.");
        return null;
    }

    private Uri? Link(WrittenJson json, string key)
    {
        if (Text(json, key) is not { Length: > 0 } text) return null;
        if (IsLink(text)) return new Uri(text);
        // For show alone: no reason to refuse an app.
        _notes.Add($"{AppFile.FileName}:{json.Find(key)!.Line}: {json.Find(key)!.Path} is not an http or https URL and is left out.");
        return null;
    }

    private static bool IsLink(string text) => text.Length <= 2000 && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    private static string? Plain(WrittenJson json) => json.Kind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? json.Text : null;

    private string? Text(WrittenJson json, string key)
    {
        if (json.Find(key) is not { } value) return null;
        if (value.Kind == JsonValueKind.String && value.Text.Length <= MaxText && !value.Text.Contains('\0')) return value.Text.Trim();
        Wrong(value, $"is not a text of at most {MaxText} characters.");
        return null;
    }

    private List<string>? Texts(WrittenJson json, string key)
    {
        if (List(json, key, """["one", "two"]""") is not { } list) return null;
        foreach (var item in list.Items.Where(item => item.Kind != JsonValueKind.String)) Wrong(item, "is not a text.");
        return [.. list.Items.Where(item => item.Kind == JsonValueKind.String).Select(item => item.Text)];
    }

    private WrittenJson? Object(WrittenJson json, string key, string example) => Shape(json, key, JsonValueKind.Object, "an object", example, value => value.Members.Count);

    private WrittenJson? List(WrittenJson json, string key, string example) => Shape(json, key, JsonValueKind.Array, "a list", example, value => value.Items.Count);

    private WrittenJson? Shape(WrittenJson json, string key, JsonValueKind kind, string words, string example, Func<WrittenJson, int> count)
    {
        if (json.Find(key) is not { } value) return null;
        if (value.Kind != kind) Wrong(value, $"is not {words}.", $"Write \"{key}\": {example}");
        else if (count(value) > MaxEntries) Wrong(value, $"has more than {MaxEntries} entries.");
        else return value;
        return null;
    }

    /// <summary>Told, and no error: other platforms and tools keep keys of their own in the file.</summary>
    private void NoteUnknown(WrittenJson json, IReadOnlyList<string> known)
    {
        foreach (var (key, value) in json.Members.Where(member => !known.Contains(member.Key)))
        {
            var meant = Suggestion.For(key, known);
            _notes.Add($"{AppFile.FileName}:{value.Line}: {TypedName.Quote(value.Path)} means nothing to Slipway.{(meant is null ? "" : $" Did you mean '{meant}'?")}");
        }
    }

    private void Wrong(WrittenJson at, string what, string? next = null) =>
        _problems.Add(new AppFileProblem(at.Path.Split('.', '[')[0], new Finding("invalid_app_json", at.Path.Length == 0 ? what : $"{at.Path} {what}") { File = AppFile.FileName, Line = at.Line, Next = next }));
}
