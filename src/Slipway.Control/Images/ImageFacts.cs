using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Contracts.Api;
using Slipway.Contracts.Routing;
using Slipway.Control.Instances;
using Slipway.Control.Releases;

namespace Slipway.Control.Images;

/// <summary>
/// What the build found out about the app and the platform needs to run it: written by the build's Python code as JSON
/// (<c>facts.json</c>), read nowhere else.
/// </summary>
/// <remarks>Settable, for generated JSON code gives init-only properties that the file lacks null and not their default.</remarks>
internal sealed record ImageFacts
{
    /// <summary>What kind of app was built: <c>python</c>, <c>php</c>, <c>static</c>.</summary>
    public string Kind { get; set; } = "python";

    /// <summary>Folder of the app inside the image: where commands run.</summary>
    public string WorkingDirectory { get; set; } = "/app";

    /// <summary>Command line of each process type, from the Procfile or derived; <c>release</c> among them.</summary>
    public IReadOnlyDictionary<string, string> ProcessTypes { get; set; } = new Dictionary<string, string>();

    /// <summary>Environment that the image itself brings: PATH, DJANGO_SETTINGS_MODULE.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    public DjangoFacts? Django { get; init; }

    /// <summary>What the edge serves from the image: URL prefix → absolute folder in the image.</summary>
    public IReadOnlyDictionary<string, string> Static { get; set; } = new Dictionary<string, string>();

    /// <summary>Set for an app of files alone. Its directory is absolute in the image.</summary>
    public StaticSite? Site { get; init; }

    /// <summary>Volumes that the app needs: name → mount path. Their URL prefix, when the edge serves them, is in <see cref="PublicVolumes"/>.</summary>
    public IReadOnlyDictionary<string, string> Volumes { get; set; } = new Dictionary<string, string>();

    /// <summary>URL prefix → volume name.</summary>
    public IReadOnlyDictionary<string, string> PublicVolumes { get; set; } = new Dictionary<string, string>();

    /// <summary>From app.json, not from the build: commands to run at times.</summary>
    public IReadOnlyList<Cron.CronEntry> Cron { get; set; } = [];

    /// <summary>Hash of all that <c>migrate</c> reads (models, migrations, settings, dependencies); null when it is not known.</summary>
    public string? MigrateKey { get; init; }

    /// <summary>What serves a Python web app; null where a command of the user's does.</summary>
    public ServingFacts? Serving { get; init; }

    /// <summary>Key of slipway.toml → where the build found its value: <c>WSGI_APPLICATION of mysite.settings</c>.</summary>
    public IReadOnlyDictionary<string, string> Origins { get; set; } = new Dictionary<string, string>();

    /// <summary>Set for an app that brings a whole file system of its own, an image.</summary>
    public ContainerFacts? Container { get; init; }

    // From here on not the build's own words but the user's, from slipway.toml: slipwayd writes them over what a build left.

    /// <summary>What a new web instance must answer.</summary>
    public HealthCheck Health { get; set; } = HealthCheck.Default;

    /// <summary>URL prefix → header → value, for every answer below it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Headers { get; set; } = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Process type → how many and how big.</summary>
    public IReadOnlyDictionary<string, WantedScale> Scale { get; set; } = new Dictionary<string, WantedScale>();

    /// <summary>Volume → bytes that it may hold, where that is said.</summary>
    public IReadOnlyDictionary<string, long> VolumeSizes { get; set; } = new Dictionary<string, long>();

    /// <summary>Command line to run once a release of it is live; null for none.</summary>
    public string? PostDeploy { get; set; }

    /// <summary>Every value that holds for the app and where it is from, as <c>slipway explain</c> shows it.</summary>
    public IReadOnlyList<ExplainedValue> Explanation { get; set; } = [];

    /// <param name="json">As a build wrote it, or as <see cref="Store.ImageRow.Facts"/> keeps it.</param>
    /// <exception cref="JsonException">It is something else.</exception>
    public static ImageFacts Parse(string json) =>
        JsonSerializer.Deserialize(json, ImagesJson.Default.ImageFacts) ?? throw new JsonException("It holds only 'null'.");

    public string ToJson() => JsonSerializer.Serialize(this, ImagesJson.Default.ImageFacts);
}

/// <param name="Settings">Module that the user's project names.</param>
/// <param name="WantsDatabase">No database of the user's own is configured, so an attached one is used.</param>
internal sealed record DjangoFacts(
    string Version, string Settings, string? Wsgi, string? Asgi, bool WantsDatabase);

/// <param name="Server">As slipway.toml names it.</param>
/// <param name="Interface"><c>wsgi</c> or <c>asgi</c>.</param>
/// <param name="Callable"><c>mysite.wsgi:application</c></param>
internal sealed record ServingFacts(string Server, string Interface, string Callable);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ImageFacts))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class ImagesJson : JsonSerializerContext;
