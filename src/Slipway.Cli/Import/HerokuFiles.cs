using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Cli.Output;
using Slipway.Contracts.Errors;

namespace Slipway.Cli.Import;

/// <summary>Facts from a folder of files that Heroku's own client made, each by one command.</summary>
internal static class HerokuFiles
{
    public const string Commands = """
        heroku config --json -a APP > config.json
        heroku apps:info --json -a APP > info.json
        heroku ps --json -a APP > ps.json
        heroku addons --json -a APP > addons.json
        heroku domains --json -a APP > domains.json
        heroku pg:backups:capture -a APP && heroku pg:backups:download -a APP
        """;

    /// <exception cref="Failure">A file is not what its command writes, or there is none of them.</exception>
    public static HerokuFacts Read(string folder)
    {
        var info = Read(folder, "info.json", HerokuJson.Default.HerokuInfo);
        var facts = new HerokuFacts
        {
            App = info?.App,
            Config = Read(folder, "config.json", HerokuJson.Default.IReadOnlyDictionaryStringString),
            Addons = Read(folder, "addons.json", HerokuJson.Default.IReadOnlyListHerokuAddon) ?? info?.Addons,
            Domains = Read(folder, "domains.json", HerokuJson.Default.IReadOnlyListHerokuDomain),
            Formation = Count(Read(folder, "ps.json", HerokuJson.Default.IReadOnlyListHerokuDyno)) ?? info?.Dynos,
            Dump = File.Exists(Path.Combine(folder, "latest.dump")) ? Path.Combine(folder, "latest.dump") : null,
        };
        if (facts is { App: null, Config: null, Addons: null, Domains: null, Formation: null, Dump: null })
            throw Failure.Usage("nothing_to_import", $"{Visible.Text(folder)} has none of the files that tell of an app.", "They are made by Heroku's client.", Commands.ReplaceLineEndings(" ; "));
        return facts;
    }

    /// <summary>Dynos one by one → how many of each type.</summary>
    private static IReadOnlyList<HerokuProcess>? Count(IReadOnlyList<HerokuDyno>? dynos) =>
        dynos is null ? null : [.. dynos.Where(dyno => dyno.Type is not null and not "run" and not "release").GroupBy(dyno => dyno.Type).Select(type => new HerokuProcess(type.Key, type.Count(), type.First().Size))];

    private static T? Read<T>(string folder, string name, JsonTypeInfo<T> json) where T : class
    {
        var file = Path.Combine(folder, name);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), json) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Usage, new SlipwayError("import_file_unreadable", $"{Visible.Text(file)} cannot be read.")
            {
                Why = e.Message,
                Next = $"Make it anew: {Commands.Split('\n').FirstOrDefault(line => line.Contains(name, StringComparison.Ordinal)) ?? "heroku … --json"}",
            }, e);
        }
    }
}
