using System.Text.RegularExpressions;
using Slipway.Contracts.Diagnoses;

namespace Slipway.Control.Diagnoses.Rules;

/// <summary>The app looks for its database, Redis or broker, where it was on the developer's machine: localhost, or a name of a compose file.</summary>
internal sealed partial class DatabaseAddress : Rule
{
    public override string Code => "database_address";

    public override IReadOnlySet<Stage> Stages { get; } = At(Stage.Build, Stage.Release, Stage.Boot, Stage.Probe, Stage.Run);

    public override Diagnosis? Look(Facts facts)
    {
        if (Failed(facts) is not var (service, host, said)) return null;
        var where = InSource(facts, host);
        var isLocal = Local().IsMatch(host);
        // A name with dots is somebody's real server, and that it does not answer is another matter.
        if (!isLocal && host.Contains('.')) return null;
        var settings = facts.SettingsFile;
        var patch = settings is not null && service != Service.Redis && service != Service.RabbitMq && facts.Source.Line(settings, Databases()) is not null ? facts.Source.Append(settings, AttachedInstead) : null;
        return Found($"The app looks for {service.Name} at {host}, where none is") with
        {
            Cause = isLocal
                ? $"{host} is the instance itself, which runs the app and nothing else. On your machine the database was there beside it."
                : $"{host} is a name that only the network of your compose file knows; here nothing answers to it.",
            Evidence = [.. where is null ? (Evidence[])[] : [facts.Source.At(where)], Seen.Lines(facts, text => text.Contains(said, StringComparison.Ordinal))],
            Fix = patch is not null
                ? "Leave DATABASES to Slipway where it runs: without one of your own it attaches a PostgreSQL database and fills it in from DATABASE_URL."
                : service == Service.RabbitMq ? "Slipway has no RabbitMQ; Redis does the same for Celery and its like: slipway addons create redis, and have the app take its broker from REDIS_URL (Celery: broker_url = os.environ[\"REDIS_URL\"])."
                : $"slipway addons create {service.Addon} makes one{(facts.Addons.Contains(service.Addon) ? " (there is one)" : "")}, and sets {service.Variable}; have the app take its address from there{(where is null ? "" : $" instead of {where.File}, line {where.Number}")}.",
            Action = patch is null ? null : new FixAction { Files = [patch] },
        };
    }

    private const string AttachedInstead =
        "\n# Where a platform attaches a database, it fills this in from DATABASE_URL.\nimport os  # noqa: E402\n\nif \"DATABASE_URL\" in os.environ:\n    DATABASES = {}\n";

    private static (Service Service, string Host, string Said)? Failed(Facts facts)
    {
        foreach (var text in facts.Lines.Reverse())
        {
            if (Postgres().Match(text) is { Success: true } postgres) return (Service.PostgreSql, postgres.Groups["host"].Value, postgres.Value);
            if (MySql().Match(text) is { Success: true } mysql) return (Service.MariaDb, mysql.Groups["host"] is { Success: true, Value: var host } ? host : "localhost", mysql.Value);
            if (Amqp().Match(text) is { Success: true } amqp) return (Service.RabbitMq, amqp.Groups["host"].Value, amqp.Value);
            if (RedisError().Match(text) is { Success: true } redis) return (Service.Redis, redis.Groups["host"].Value, redis.Value);
        }

        // Celery's producers say no more than that; who refused is in the calls.
        return facts.Tracebacks.Any(one => one.Message.Contains("Connection refused", StringComparison.Ordinal) && one.Frames.Any(frame => frame.File.Contains("/amqp/", StringComparison.Ordinal)))
            ? (Service.RabbitMq, Broker(facts) ?? "localhost", "Connection refused")
            : null;
    }

    private static string? Broker(Facts facts) =>
        facts.Source.FindBySuffix(".py").Select(file => facts.Source.Line(file, AmqpUrl())).FirstOrDefault(line => line is not null)?.Match.Groups["host"].Value;

    private static SourceLine? InSource(Facts facts, string host)
    {
        var literal = new Regex($@"['""@/]{Regex.Escape(host)}['"":/]", RegexOptions.CultureInvariant);
        var files = new[] { facts.SettingsFile }.OfType<string>().Concat(facts.Source.FindBySuffix(".py", ".js", ".php", ".env")).Distinct();
        return files.Select(file => facts.Source.Line(file, literal)).FirstOrDefault(line => line is not null);
    }

    [GeneratedRegex("""connection to server at "(?<host>[^"]+)".*failed: (?:Connection refused|Connection timed out)|could not translate host name "(?<host>[^"]+)"|Is the server running on host "(?<host>[^"]+)"|failed to resolve host '(?<host>[^']+)'|ECONNREFUSED (?<host>127\.0\.0\.1|::1):5432""", RegexOptions.CultureInvariant)]
    private static partial Regex Postgres();

    [GeneratedRegex("""Can't connect to (?:MySQL|MariaDB) server on '(?<host>[^':]+)|Unknown (?:MySQL|MariaDB) server host '(?<host>[^']+)'|Can't connect to local (?:MySQL|MariaDB)? ?server through socket|ECONNREFUSED (?<host>127\.0\.0\.1|::1):3306""", RegexOptions.CultureInvariant)]
    private static partial Regex MySql();

    [GeneratedRegex(@"amqps?://(?:[^@'""\s]*@)?(?<host>[^:/'""\s]+)", RegexOptions.CultureInvariant)]
    private static partial Regex AmqpUrl();

    [GeneratedRegex(@"Cannot connect to amqps?://(?:[^@\s]*@)?(?<host>[^:/\s]+)|ECONNREFUSED (?<host>127\.0\.0\.1|::1):5672", RegexOptions.CultureInvariant)]
    private static partial Regex Amqp();

    [GeneratedRegex(@"Error \S+ connecting to (?<host>[^:\s]+):6379|Cannot connect to redis://(?:[^@\s]*@)?(?<host>[^:/\s]+)|ECONNREFUSED (?<host>127\.0\.0\.1|::1):6379", RegexOptions.CultureInvariant)]
    private static partial Regex RedisError();

    [GeneratedRegex(@"^(localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0)$", RegexOptions.CultureInvariant)]
    private static partial Regex Local();

    [GeneratedRegex(@"^DATABASES\s*=", RegexOptions.CultureInvariant)]
    private static partial Regex Databases();
}
