using Slipway.Contracts.Names;

namespace Slipway.Cli.Import;

/// <summary>What is already here, from an earlier run or otherwise.</summary>
internal sealed record Present(bool App, IReadOnlyDictionary<string, string> Config, IReadOnlyList<string> Services, IReadOnlyList<string> Domains, bool Restored);

/// <summary>
/// What an import does, and what it leaves to its user. Pure: from what is known there and what is here. Made anew at each run,
/// so a run that was cut off is gone on with by running it again.
/// </summary>
/// <param name="Addons">Services to create, in Slipway's names.</param>
/// <param name="Config">Config vars to set.</param>
/// <param name="Formation">Process type → how many, where that is another number than one gets anyway.</param>
/// <param name="Left">What has no counterpart, or is done already; for people.</param>
internal sealed record ImportPlan(
    bool CreateApp, IReadOnlyList<string> Addons, IReadOnlyDictionary<string, string> Config, bool Restore, IReadOnlyDictionary<string, int> Formation,
    IReadOnlyList<string> Domains, IReadOnlyList<string> Left)
{
    private static readonly Dictionary<string, string> Services = new(StringComparer.Ordinal)
    {
        ["heroku-postgresql"] = "postgresql", ["postgresql"] = "postgresql",
        ["heroku-redis"] = "redis", ["redis"] = "redis", ["rediscloud"] = "redis", ["openredis"] = "redis", ["upstash-redis"] = "redis",
        ["jawsdb"] = "mariadb", ["jawsdb-maria"] = "mariadb", ["cleardb"] = "mariadb", ["mariadb"] = "mariadb", ["stackhero-mariadb"] = "mariadb",
    };

    private static readonly Dictionary<string, string> Builtin = new(StringComparer.Ordinal)
    {
        ["papertrail"] = "logs are kept and searched here: slipway logs", ["logentries"] = "logs are kept here: slipway logs", ["coralogix"] = "logs are kept here: slipway logs",
        ["scheduler"] = "commands at times stand in app.json: docs/workers-and-cron.md", ["cron-to-go"] = "commands at times stand in app.json: docs/workers-and-cron.md",
    };

    public bool IsEmpty => !CreateApp && Addons.Count == 0 && Config.Count == 0 && !Restore && Formation.Count == 0 && Domains.Count == 0;

    public static ImportPlan Of(HerokuFacts there, Present here)
    {
        var left = new List<string>();
        var addons = PlanAddons(there, here, left, out var owned);
        var config = PlanConfig(there, here, owned, left);
        var domains = PlanDomains(there, here, left);
        var formation = (there.Formation ?? []).Where(process => process.Type is not null and not "release" && process.Quantity is not null && process.Quantity != (process.Type == "web" ? 1 : 0))
            .GroupBy(process => process.Type!, StringComparer.Ordinal).ToDictionary(type => type.Key, type => type.Sum(process => process.Quantity!.Value), StringComparer.Ordinal);
        foreach (var process in there.Formation ?? [])
            if (process.Size is { } size && !size.Equals("basic", StringComparison.OrdinalIgnoreCase) && !size.Equals("eco", StringComparison.OrdinalIgnoreCase) && !size.StartsWith("standard-1", StringComparison.OrdinalIgnoreCase) && !size.Equals("standard", StringComparison.OrdinalIgnoreCase))
                left.Add($"size {size} of {process.Type}: choose one of this server's (slipway scale --help)");
        if (there.App?.Team?.Name is { } team) left.Add($"team {team}: give its people accounts here (slipway accounts)");
        if (there.App?.Acm is true) left.Add("automatic certificates: heroku certs:auto:enable, or bring yours (slipway certs add)");
        if (there.Config is null) left.Add("config vars: not known (config.json)");
        if (there.Domains is null) left.Add("domains: not known (domains.json)");
        left.Add("pipelines, review apps, webhooks, log drains and collaborators are not moved");

        var hasDatabase = addons.Contains("postgresql") || here.Services.Contains("postgresql");
        if (there.Dump is not null && here.Restored) left.Add("the database's dump: restored by an earlier run (--restore does it again)");
        return new ImportPlan(!here.App, addons, config, there.Dump is not null && hasDatabase && !here.Restored, formation, domains, left);
    }

    private static List<string> PlanAddons(HerokuFacts there, Present here, List<string> left, out HashSet<string> owned)
    {
        var wanted = new List<string>();
        owned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var addon in there.Addons ?? [])
        {
            var service = addon.AddonService?.Name ?? addon.Plan?.Name?.Split(':')[0] ?? "";
            if (Services.TryGetValue(service, out var mine))
            {
                owned.UnionWith(addon.ConfigVars ?? []);
                wanted.Add(mine);
                if (mine != "postgresql") left.Add($"the data of {addon.Name} ({service}): begins empty here");
            }
            else if (Builtin.TryGetValue(service, out var instead)) left.Add($"add-on {addon.Name} ({service}): {instead}");
            else left.Add($"add-on {addon.Name} ({service}): there is none here; its config vars {string.Join(", ", addon.ConfigVars ?? [])} are kept, and work for as long as it lives there");
        }

        // No list of add-ons: their config vars say it.
        if (there.Addons is null)
        {
            foreach (var (key, value) in there.Config ?? new Dictionary<string, string>())
            {
                var mine = value.StartsWith("postgres://", StringComparison.Ordinal) && value.Contains(".amazonaws.com", StringComparison.Ordinal) ? "postgresql"
                    : key.StartsWith("REDIS", StringComparison.Ordinal) && value.StartsWith("redis", StringComparison.Ordinal) ? "redis" : null;
                if (mine is null) continue;
                owned.Add(key);
                if (!wanted.Contains(mine)) wanted.Add(mine);
            }
        }

        // A second database of a kind is made as often as it was there, less what is here.
        var missing = new List<string>();
        // PostgreSQL first: whoever comes first is DATABASE_URL, as it is there.
        foreach (var kind in wanted.GroupBy(one => one).OrderBy(kind => kind.Key != "postgresql")) missing.AddRange(Enumerable.Repeat(kind.Key, Math.Max(0, kind.Count() - here.Services.Count(one => one == kind.Key))));
        return missing;
    }

    private static Dictionary<string, string> PlanConfig(HerokuFacts there, Present here, HashSet<string> owned, List<string> left)
    {
        var config = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in (there.Config ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (owned.Contains(key))
            {
                if (key is not ("DATABASE_URL" or "REDIS_URL") && !here.Config.ContainsKey(key)) left.Add($"config var {key}: names the add-on that stays there; the new one's address has a name of its own (slipway config)");
                continue;
            }

            if (ConfigKey.IsReserved(key) || !ConfigKey.TryParse(key, out _)) left.Add($"config var {key}: the name is this platform's own");
            else if (key.StartsWith("HEROKU_", StringComparison.Ordinal)) left.Add($"config var {key}: tells of a dyno on Heroku");
            else if (here.Config.GetValueOrDefault(key) != value) config[key] = value;
        }

        return config;
    }

    private static List<string> PlanDomains(HerokuFacts there, Present here, List<string> left)
    {
        var domains = new List<string>();
        foreach (var host in (there.Domains ?? []).Where(domain => domain.Kind != "heroku" && domain.Hostname is not null).Select(domain => domain.Hostname!))
        {
            if (here.Domains.Contains(host)) continue;
            domains.Add(host);
            left.Add($"DNS of {host}: point it to this server when you are ready to move");
        }

        return domains;
    }
}
