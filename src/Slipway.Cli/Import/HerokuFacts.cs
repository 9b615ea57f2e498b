using System.Text.Json.Serialization;

namespace Slipway.Cli.Import;

/// <summary>What is known of an app elsewhere: the parts of Heroku's JSON that mean something here. What could not be had is null.</summary>
internal sealed record HerokuFacts
{
    public HerokuApp? App { get; init; }

    /// <summary>Name → value.</summary>
    public IReadOnlyDictionary<string, string>? Config { get; init; }
    public IReadOnlyList<HerokuAddon>? Addons { get; init; }
    public IReadOnlyList<HerokuDomain>? Domains { get; init; }
    public IReadOnlyList<HerokuProcess>? Formation { get; init; }

    /// <summary>A file made by <c>pg_dump --format=custom</c>.</summary>
    public string? Dump { get; init; }
}

internal sealed record HerokuApp(string? Name, HerokuName? Stack, HerokuName? BuildStack, HerokuName? Region, HerokuName? Team, bool? Maintenance, bool? Acm);

internal sealed record HerokuName(string? Name);

internal sealed record HerokuAddon(string? Id, string? Name, HerokuName? AddonService, HerokuName? Plan, HerokuName? App, IReadOnlyList<string>? ConfigVars);

/// <param name="Kind"><c>heroku</c> or <c>custom</c></param>
internal sealed record HerokuDomain(string? Hostname, string? Kind);

internal sealed record HerokuProcess(string? Type, int? Quantity, string? Size);

/// <summary><c>heroku apps:info --json</c></summary>
internal sealed record HerokuInfo(HerokuApp? App, IReadOnlyList<HerokuAddon>? Addons, IReadOnlyList<HerokuProcess>? Dynos, IReadOnlyList<HerokuCollaborator>? Collaborators);

internal sealed record HerokuCollaborator(HerokuUser? User);

internal sealed record HerokuUser(string? Email);

/// <summary><c>heroku ps --json</c>: a line a dyno.</summary>
internal sealed record HerokuDyno(string? Type, string? Size, string? State);

internal sealed record HerokuTransfer(string? Uuid, int? Num, bool? Succeeded, DateTimeOffset? FinishedAt, string? FromType, string? ToType, string? ToUrl);

internal sealed record HerokuUrl(Uri? Url);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HerokuInfo))]
[JsonSerializable(typeof(HerokuApp))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyList<HerokuAddon>))]
[JsonSerializable(typeof(IReadOnlyList<HerokuDomain>))]
[JsonSerializable(typeof(IReadOnlyList<HerokuProcess>))]
[JsonSerializable(typeof(IReadOnlyList<HerokuDyno>))]
[JsonSerializable(typeof(IReadOnlyList<HerokuTransfer>))]
[JsonSerializable(typeof(HerokuTransfer))]
[JsonSerializable(typeof(HerokuUrl))]
internal sealed partial class HerokuJson : JsonSerializerContext;
