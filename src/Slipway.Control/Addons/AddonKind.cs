using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;
using Slipway.Control.Store;

namespace Slipway.Control.Addons;

/// <param name="Words">What it gives, for people.</param>
internal sealed record AddonPlan(string Name, string Words);

/// <summary>How a server of a kind is run.</summary>
/// <param name="Environment">What its script reads besides what every server gets.</param>
/// <param name="KeepsData">It has a volume; else what it holds ends with it.</param>
internal sealed record ServerProgram(ServerScript Script, IReadOnlyDictionary<string, string> Environment, ResourceLimits Limits, bool KeepsData = true);

/// <summary>
/// A program to run inside a server's instance. What must stay secret is in <paramref name="Input"/> only: arguments are
/// seen in a process list and in the runner's journal.
/// </summary>
internal sealed record ConsoleCommand(IReadOnlyList<string> Words, string Input = "");

/// <summary>A program that a person talks to an add-on with; it runs in an instance of the app's.</summary>
internal sealed record ClientProgram(IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment);

/// <summary>
/// A kind of add-on: all in which PostgreSQL, MariaDB and Redis differ. Only says what is to be run and does nothing
/// itself. Every command may be run again: a crash between any two is mended by the next attempt.
/// </summary>
internal abstract class AddonKind
{
    private protected const long MiB = 1L << 20;

    public static IReadOnlyList<AddonKind> All { get; } = [new Postgresql(), new Mariadb(), new Redis()];

    /// <summary><see cref="AddonRow.Service"/>.</summary>
    public abstract string Service { get; }

    /// <summary>What the API calls it: Heroku's name, for its clients look for that.</summary>
    public abstract string PublicName { get; }

    public abstract string HumanName { get; }

    /// <summary>Names of the same elsewhere, which people and scripts may know.</summary>
    public abstract IReadOnlyList<string> Aliases { get; }

    /// <summary>The first is what one gets without asking.</summary>
    public abstract IReadOnlyList<AddonPlan> Plans { get; }

    /// <summary>Names of an attachment, the best first; a config var with <c>_URL</c> behind it.</summary>
    public abstract IReadOnlyList<string> AttachmentNames { get; }

    /// <summary>Heroku's, which tell several add-ons of a kind apart: <c>HEROKU_POSTGRESQL_AMBER</c>.</summary>
    private protected static IReadOnlyList<string> Coloured(string prefix) =>
    [
        .. new[]
        {
            "AMBER", "AQUA", "BLUE", "BRONZE", "BROWN", "CHARCOAL", "COBALT", "COPPER", "CRIMSON", "CYAN", "GOLD", "GRAY", "GREEN", "IVORY", "JADE", "MAROON", "MAUVE",
            "NAVY", "OLIVE", "ONYX", "ORANGE", "PINK", "PUCE", "PURPLE", "RED", "ROSE", "SILVER", "TEAL", "VIOLET", "WHITE", "YELLOW",
        }.Select(colour => $"{prefix}_{colour}"),
    ];

    /// <summary>Whether all of its add-ons are in one server.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Base file system of the server and of its client.</summary>
    public abstract StackName Stack { get; }

    /// <summary>What its servers are called: <c>postgres</c>.</summary>
    public abstract string ServerNoun { get; }

    /// <param name="database">Of lower-case letters, digits and underscores.</param>
    /// <param name="password">Of letters and digits.</param>
    public abstract Uri UrlOf(string host, string database, string password);

    /// <param name="plan">Of the add-on; of a server that is shared it is the first.</param>
    /// <param name="url">Of the add-on; null for a server that is shared.</param>
    public abstract ServerProgram Server(string plan, Uri? url);

    /// <summary>Ends with status 0 once the server answers.</summary>
    public abstract ConsoleCommand Ready(Uri url);

    /// <summary>Makes what the URL leads to; null where the server itself is that.</summary>
    public abstract ConsoleCommand? Create(Uri url);

    /// <summary>Takes it away with all that is in it; gone already is no error.</summary>
    public abstract ConsoleCommand? Drop(Uri url);

    /// <summary>Prints a word that changes when Django's record of migrations does, and nothing where there is none; null for what holds no tables.</summary>
    public abstract ConsoleCommand? Migrations(Uri url);

    /// <summary>Prints lines <c>Name: value</c>, for people: version, size, connections.</summary>
    public abstract ConsoleCommand Facts(Uri url);

    public abstract ClientProgram Client(Uri url);

    /// <param name="url">Where it is to be reached, with its database, user and password.</param>
    public abstract AddonElsewhere Elsewhere(Uri url, string plan);
}
