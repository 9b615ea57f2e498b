using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Addons;

/// <summary>A database and a user of the same name in a MariaDB server that all apps share.</summary>
internal sealed class Mariadb : AddonKind
{
    public const string Name = "mariadb";

    /// <summary>Only over the socket inside the instance, where it is the name of the instance's own Unix user.</summary>
    private const string Superuser = "app";

    // The time zone tables let Django (and anybody) ask for a day in a zone: without them CONVERT_TZ() is NULL.
    private static readonly ServerScript Script = new("ibdata1",
        """
            mkdir "$data.new"
            mariadb-install-db --no-defaults --force --datadir="$data.new" --auth-root-authentication-method=socket \
                --auth-root-socket-user="$SUPERUSER" --skip-test-db --skip-log-bin >/dev/null
            { echo "USE mysql;"; mariadb-tzinfo-to-sql --skip-write-binlog /usr/share/zoneinfo; } |
                mariadbd --no-defaults --bootstrap --datadir="$data.new" --log-warnings=0
        """,
        """
        rm -rf /data/tmp
        mkdir /data/tmp
        exec mariadbd --no-defaults --datadir="$data" --tmpdir=/data/tmp --socket=/tmp/mariadb.sock --pid-file=/tmp/mariadb.pid \
            --bind-address=0.0.0.0 --skip-name-resolve --local-infile=0 --symbolic-links=0 --secure-file-priv=/data/tmp \
            --character-set-server=utf8mb4 --collation-server=utf8mb4_unicode_ci \
            --max-connections=200 --max-allowed-packet=64M --performance-schema=OFF \
            --innodb-buffer-pool-size=64M --innodb-log-file-size=64M --innodb-flush-log-at-trx-commit=1 --innodb-use-native-aio=0 \
            --key-buffer-size=8M --aria-pagecache-buffer-size=16M --table-open-cache=400 --log-warnings=1
        """);

    public override string Service => Name;

    public override string PublicName => "jawsdb-maria";

    public override string HumanName => "MariaDB";

    public override IReadOnlyList<string> Aliases => ["mysql", "jawsdb-maria", "jawsdb", "cleardb"];

    public override IReadOnlyList<AddonPlan> Plans => [new("shared", "A database of its own in the server that all apps share; 60 connections.")];

    public override IReadOnlyList<string> AttachmentNames => ["DATABASE", "MARIADB"];

    public override bool IsShared => true;

    public override StackName Stack { get; } = StackName.Parse("mariadb");

    public override string ServerNoun => "mariadb";

    public override Uri UrlOf(string host, string database, string password) => new($"mysql://{database}:{password}@{host}:3306/{database}");

    public override ServerProgram Server(string plan, Uri? url) =>
        new(Script, new Dictionary<string, string> { ["SUPERUSER"] = Superuser }, new ResourceLimits(512 * MiB, 2000, 512, 64 * MiB));

    public override ConsoleCommand Ready(Uri url) => Sql("SELECT 1;");

    // In a name of GRANT '_' stands for any letter, so it is escaped: app_a must not get at what is called appxa.
    public override ConsoleCommand Create(Uri url)
    {
        var (name, password) = (AddonUrl.Word(url.User()), AddonUrl.Word(url.Password()));
        return Sql($"""
            CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
            CREATE USER IF NOT EXISTS '{name}'@'%' IDENTIFIED BY '{password}';
            ALTER USER '{name}'@'%' IDENTIFIED BY '{password}' WITH MAX_USER_CONNECTIONS 60;
            GRANT ALL PRIVILEGES ON `{name.Replace("_", @"\_", StringComparison.Ordinal)}`.* TO '{name}'@'%';
            """);
    }

    // Nobody can log in any more; then who still is goes; then nothing holds a lock on the tables.
    public override ConsoleCommand Drop(Uri url)
    {
        var name = AddonUrl.Word(url.User());
        return Sql($"""
            SET lock_wait_timeout = 30;
            DROP USER IF EXISTS '{name}'@'%';
            KILL HARD USER '{name}';
            DROP DATABASE IF EXISTS `{name}`;
            """);
    }

    public override ConsoleCommand Migrations(Uri url)
    {
        var name = AddonUrl.Word(url.Database());
        return Sql($"""
            SET @ask = IF(
                EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = '{name}' AND table_name = 'django_migrations'),
                'SELECT MD5(GROUP_CONCAT(app, '' '', name, '' '', applied ORDER BY id SEPARATOR '','')) FROM `{name}`.django_migrations', 'DO 0');
            PREPARE asked FROM @ask;
            EXECUTE asked;
            """);
    }

    public override ConsoleCommand Facts(Uri url)
    {
        var name = AddonUrl.Word(url.Database());
        return Sql($"""
            SELECT CONCAT('Version: MariaDB ', SUBSTRING_INDEX(VERSION(), '-', 1));
            SELECT CONCAT('Size: ', ROUND(COALESCE(SUM(data_length + index_length), 0) / 1024 / 1024, 1), ' MiB') FROM information_schema.tables WHERE table_schema = '{name}';
            SELECT CONCAT('Tables: ', COUNT(*)) FROM information_schema.tables WHERE table_schema = '{name}';
            SELECT CONCAT('Connections: ', COUNT(*), ' of 60') FROM information_schema.processlist WHERE user = '{name}';
            """);
    }

    // Flags and not a file of options: the client reads none, and what it must not show is in the environment.
    public override ClientProgram Client(Uri url) => new(
        ["mariadb", "--no-defaults", "--default-character-set=utf8mb4", "--host=" + url.Host, $"--port={url.Port}", "--user=" + url.User(), url.Database()],
        new Dictionary<string, string> { ["MYSQL_PWD"] = url.Password() });

    public override AddonElsewhere Elsewhere(Uri url, string plan)
    {
        var (name, password) = (AddonUrl.Word(url.User()), AddonUrl.Word(url.Password()));
        return new AddonElsewhere(
            new ClientProgram(
                ["mariadb-dump", "--no-defaults", "--default-character-set=utf8mb4", "--single-transaction", "--quick", "--routines", "--triggers", "--events", "--no-tablespaces", "--host=" + url.Host, $"--port={url.Port}", "--user=" + name, url.Database()],
                Client(url).Environment), "sql",
            "docker.io/library/mariadb:10.11",
            new Dictionary<string, string> { ["MARIADB_USER"] = name, ["MARIADB_PASSWORD"] = password, ["MARIADB_DATABASE"] = url.Database(), ["MARIADB_RANDOM_ROOT_PASSWORD"] = "1", ["MYSQL_PWD"] = password },
            ["--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci"], "/var/lib/mysql", ["mariadb", "--user=" + name, url.Database()],
            "mariadb-server", $"""
            CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
            CREATE USER '{name}'@'%' IDENTIFIED BY '{password}';
            GRANT ALL PRIVILEGES ON `{name.Replace("_", @"\_", StringComparison.Ordinal)}`.* TO '{name}'@'%';

            """,
            ["mariadb < {create}", $"mariadb {name} < {{dump}}"]);
    }

    /// <param name="sql">What varies in it went through <see cref="AddonUrl.Word"/>.</param>
    private static ConsoleCommand Sql(string sql) =>
        new(["mariadb", "--no-defaults", "--batch", "--skip-column-names", "--user=" + Superuser, "--socket=/tmp/mariadb.sock"], sql + "\n");
}
