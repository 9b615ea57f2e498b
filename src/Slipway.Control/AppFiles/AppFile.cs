using Slipway.Control.Cron;
using Slipway.Control.Releases;

namespace Slipway.Control.AppFiles;

/// <summary>app.json: what an app is, and what it takes to set one up from its source.</summary>
internal sealed record AppFile
{
    public const string FileName = "app.json";

    /// <summary>Command run once, when an app was set up from the source and its first release is live.</summary>
    public const string PostDeployScript = "postdeploy";

    /// <summary>Command run before a review app is destroyed.</summary>
    public const string PreDestroyScript = "pr-predestroy";

    /// <summary>The environment of review apps.</summary>
    public const string ReviewEnvironment = "review";

    public static AppFile Empty { get; } = new();

    public string? Name { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<string> Keywords { get; init; } = [];
    public Uri? Website { get; init; }
    public Uri? Repository { get; init; }
    public Uri? Logo { get; init; }

    /// <summary>Where one goes from a finished set-up: a path of the app, or a whole URL.</summary>
    public string? SuccessUrl { get; init; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<AppVariable> Env { get; init; } = [];

    /// <summary>Process type → how many and how big.</summary>
    public IReadOnlyDictionary<string, WantedScale> Formation { get; init; } = new Dictionary<string, WantedScale>();
    public IReadOnlyList<AppAddon> Addons { get; init; } = [];

    /// <summary>URLs, as they are written.</summary>
    public IReadOnlyList<string> Buildpacks { get; init; } = [];
    public string? Stack { get; init; }
    public string? Image { get; init; }

    /// <summary>Name → command line.</summary>
    public IReadOnlyDictionary<string, string> Scripts { get; init; } = new Dictionary<string, string>();

    /// <summary><c>review</c>, <c>test</c>, … → what is otherwise there. Null is what it does not say.</summary>
    public IReadOnlyDictionary<string, AppFileOverrides> Environments { get; init; } = new Dictionary<string, AppFileOverrides>();
    public IReadOnlyList<CronEntry> Cron { get; init; } = [];

    /// <summary>
    /// The file as it is for an environment: variables and scripts of both, add-ons, formation and buildpacks of the
    /// environment alone where it names any.
    /// </summary>
    public AppFile For(string? environment)
    {
        if (environment is null || !Environments.TryGetValue(environment, out var other)) return this;
        return this with
        {
            Env = [.. Env.Where(one => other.Env?.Any(over => over.Key == one.Key) != true), .. other.Env ?? []],
            Scripts = Scripts.Where(one => other.Scripts?.ContainsKey(one.Key) != true).Concat(other.Scripts ?? new Dictionary<string, string>()).ToDictionary(),
            Addons = other.Addons ?? Addons,
            Formation = other.Formation ?? Formation,
            Buildpacks = other.Buildpacks ?? Buildpacks,
        };
    }
}

/// <summary>What <c>environments</c> of app.json says of one of them; null where it says nothing.</summary>
internal sealed record AppFileOverrides(
    IReadOnlyList<AppVariable>? Env, IReadOnlyDictionary<string, WantedScale>? Formation, IReadOnlyList<AppAddon>? Addons,
    IReadOnlyList<string>? Buildpacks, IReadOnlyDictionary<string, string>? Scripts);

/// <summary>A config var that an app is set up with.</summary>
/// <param name="Value">Null for none: whoever sets it up gives one.</param>
/// <param name="IsRequired">It cannot be set up without a value.</param>
/// <param name="IsSecret">A value is made for it, a new one each time.</param>
internal sealed record AppVariable(string Key, string? Description, string? Value, bool IsRequired, bool IsSecret);

/// <param name="Plan">As written: <c>heroku-postgresql:mini</c>.</param>
/// <param name="Attachment">Name that its config var begins with; null for the usual.</param>
/// <param name="Options">Of another platform's add-ons; ours have none.</param>
internal sealed record AppAddon(string Plan, string? Attachment, IReadOnlyList<string> Options);
