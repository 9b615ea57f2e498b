using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Addons;

/// <summary>
/// A Redis server of its own for each add-on. Databases inside one server have no owners, and libraries expect all of
/// them; a small process of its own is the honest way to give an app a Redis.
/// </summary>
internal sealed class Redis : AddonKind
{
    public const string Name = "redis";
    public const string Standard = "standard";
    public const string Cache = "cache";

    private const string Proof = "appendonlydir/appendonly.aof.manifest";

    // A fsync before each answer: what was acknowledged is on the disk, as it is in the databases. Its name and password
    // come in a file, because a process list shows arguments. What could change or stop the server is not for the app.
    private static readonly ServerScript Script = new(Proof,
        """
            mkdir "$data.new"
        """,
        """
        umask 077
        printf '%s\n' "bind 0.0.0.0" "protected-mode no" "port 6379" "tcp-keepalive 60" "maxclients 1000" \
            "maxmemory $MAX_MEMORY" "maxmemory-policy $POLICY" "save \"\"" "appendonly $APPEND" "appendfsync always" "dir ${DIRECTORY:-$data}" \
            "auto-aof-rewrite-min-size 16mb" "loglevel notice" "set-proc-title no" "enable-debug-command no" "enable-module-command no" \
            "user default on >$PASSWORD ~* &* +@all -@admin +config|get +client +slowlog +latency +monitor" >/tmp/redis.conf
        exec redis-server /tmp/redis.conf
        """);

    public override string Service => Name;

    public override string PublicName => "heroku-redis";

    public override string HumanName => "Redis";

    public override IReadOnlyList<string> Aliases => ["heroku-redis", "rediscloud"];

    public override IReadOnlyList<AddonPlan> Plans =>
    [
        new(Standard, "64 MiB, all of it on the disk before it is acknowledged; writes fail when it is full."),
        new(Cache, "64 MiB in memory only; the keys that were not used for longest make room for new ones."),
    ];

    public override IReadOnlyList<string> AttachmentNames { get; } = ["REDIS", .. Coloured("HEROKU_REDIS")];

    public override bool IsShared => false;

    public override StackName Stack { get; } = StackName.Parse("redis");

    public override string ServerNoun => "redis";

    public override Uri UrlOf(string host, string database, string password) => new($"redis://:{password}@{host}:6379");

    // A rewrite of the log forks: what is written meanwhile is there twice.
    public override ServerProgram Server(string plan, Uri? url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var isCache = plan == Cache;
        var environment = new Dictionary<string, string>
        {
            ["PASSWORD"] = AddonUrl.Word(url.Password()),
            ["MAX_MEMORY"] = "64mb",
            ["POLICY"] = isCache ? "allkeys-lru" : "noeviction",
            ["APPEND"] = isCache ? "no" : "yes",
        };
        if (isCache) environment["DIRECTORY"] = "/tmp";
        return new ServerProgram(Script, environment, new ResourceLimits(192 * MiB, 1000, 64, 64 * MiB), KeepsData: !isCache);
    }

    public override ConsoleCommand Ready(Uri url) => Run(url, "PING");

    public override ConsoleCommand? Create(Uri url) => null;

    public override ConsoleCommand? Drop(Uri url) => null;

    public override ConsoleCommand? Migrations(Uri url) => null;

    public override ConsoleCommand Facts(Uri url) => Run(url, "EVAL", """
        local all = redis.call('INFO')
        local function fact(key) return all:match(key .. ':([^\r\n]+)') end
        return {
            'Version: Redis ' .. fact('redis_version'),
            'Memory: ' .. fact('used_memory_human') .. ' of ' .. fact('maxmemory_human'),
            'When full: ' .. fact('maxmemory_policy'),
            'Connections: ' .. fact('connected_clients') }
        """, "0");

    public override ClientProgram Client(Uri url) =>
        new(["redis-cli", "-h", url.Host, "-p", $"{url.Port}"], new Dictionary<string, string> { ["REDISCLI_AUTH"] = url.Password() });

    public override AddonElsewhere Elsewhere(Uri url, string plan) => new(
        null, "tar", "docker.io/library/redis:7", new Dictionary<string, string> { ["REDIS_PASSWORD"] = url.Password() },
        ["/bin/sh", "-c", $"exec redis-server --dir /data/files --appendonly {(plan == Cache ? "no" : "yes")} --requirepass \"$REDIS_PASSWORD\""],
        "/data", ["tar", "--extract", "--no-same-owner", "--directory", "/data"], "redis-server", null,
        ["systemctl stop redis-server", "tar --extract --file {dump} --directory /var/lib/redis --strip-components=2 ./files", "chown -R redis:redis /var/lib/redis",
         "printf 'appendonly yes\\nrequirepass %s\\n' PASSWORD >> /etc/redis/redis.conf   # PASSWORD: as in its URL in .env", "systemctl start redis-server"])
    {
        KeepsData = plan != Cache,
    };

    // redis-cli tells of an error by its status only when the command is in its arguments; the password is then to come otherwise.
    private static ConsoleCommand Run(Uri url, params string[] command) =>
        new(["/bin/sh", "-c", "read -r REDISCLI_AUTH; export REDISCLI_AUTH; exec redis-cli -e --raw \"$@\"", "sh", .. command], AddonUrl.Word(url.Password()) + "\n");
}
