using Slipway.Contracts.Names;
using Slipway.Contracts.Runner;

namespace Slipway.Control.Addons;

/// <summary>A database and a role of the same name in a PostgreSQL server that all apps share.</summary>
internal sealed class Postgresql : AddonKind
{
    public const string Name = "postgresql";

    /// <summary>Only over the socket inside the instance.</summary>
    private const string Superuser = "slipway";

    private const string CreateSql = """
        SET log_min_error_statement = panic;
        SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
        ALTER ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 60 PASSWORD :'password';
        SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0', :'role', :'role') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
        REVOKE ALL ON DATABASE :"role", postgres, template1 FROM PUBLIC;
        \connect :"role"
        ALTER SCHEMA public OWNER TO :"role";
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        """;

    private const string DropSql = """
        DROP DATABASE IF EXISTS :"role" WITH (FORCE);
        DROP ROLE IF EXISTS :"role";
        """;

    private const string MigrationsSql = """
        SELECT to_regclass('public.django_migrations') IS NOT NULL AS there \gset
        \if :there
        SELECT md5(string_agg(app || ' ' || name || ' ' || applied, ',' ORDER BY id)) FROM public.django_migrations;
        \endif
        """;

    private const string FactsSql = """
        SELECT 'Version: PostgreSQL ' || current_setting('server_version');
        SELECT 'Size: ' || pg_size_pretty(pg_database_size(current_database()));
        SELECT 'Tables: ' || count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema');
        SELECT 'Connections: ' || count(*) || ' of ' || (SELECT rolconnlimit FROM pg_roles WHERE rolname = :'role')
            FROM pg_stat_activity WHERE usename = :'role';
        """;

    // As a whole or not at all; what reads or writes meanwhile is ended first, or it would hold the locks.
    private const string ResetSql = """
        SET client_min_messages = warning;
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
        SET lock_timeout = '30s';
        BEGIN;
        SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' \gexec
        SELECT count(lo_unlink(oid)) FROM pg_largeobject_metadata;
        CREATE SCHEMA public AUTHORIZATION :"role";
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        COMMIT;
        """;

    private const string DisconnectSql = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :'role' AND pid <> pg_backend_pid();
        """;

    private static readonly ServerScript Script = new("PG_VERSION",
        """
            bin=$(echo /usr/lib/postgresql/*/bin)
            "$bin/initdb" --pgdata="$data.new" --username="$SUPERUSER" --auth-local=peer --auth-host=scram-sha-256 \
                --encoding=UTF8 --locale=C.UTF-8 --data-checksums --no-instructions --no-sync
            printf '%s app %s\n' "$SUPERUSER" "$SUPERUSER" >"$data.new/pg_ident.conf"
            printf '%s\n' "local all $SUPERUSER peer map=$SUPERUSER" "host all $SUPERUSER all reject" \
                "host all all all scram-sha-256" >"$data.new/pg_hba.conf"
        """,
        """
        bin=$(echo /usr/lib/postgresql/*/bin)
        "$bin/postgres" -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp \
            -c max_connections=200 -c superuser_reserved_connections=5 \
            -c shared_buffers=32MB -c work_mem=4MB -c maintenance_work_mem=32MB -c effective_cache_size=256MB \
            -c max_wal_size=256MB -c max_worker_processes=4 -c max_parallel_workers=2 -c jit=off -c huge_pages=off \
            -c password_encryption=scram-sha-256 -c log_line_prefix='%q%u@%d ' -c log_checkpoints=off \
            -c idle_in_transaction_session_timeout=10min &
        server=$!

        # PostgreSQL waits for its clients on TERM, for ever with pooled connections; on INT it ends them and shuts down clean.
        trap 'kill -INT "$server"' TERM INT HUP
        while :; do
            status=0
            wait "$server" || status=$?
            kill -0 "$server" 2>/dev/null || exit "$status"
        done
        """);

    public override string Service => Name;

    public override string PublicName => "heroku-postgresql";

    public override string HumanName => "PostgreSQL";

    public override IReadOnlyList<string> Aliases => ["postgres", "heroku-postgresql"];

    public override IReadOnlyList<AddonPlan> Plans => [new("shared", "A database of its own in the server that all apps share; 60 connections.")];

    public override IReadOnlyList<string> AttachmentNames { get; } = ["DATABASE", .. Coloured("HEROKU_POSTGRESQL")];

    public override bool IsShared => true;

    public override StackName Stack { get; } = StackName.Parse("postgres");

    public override string ServerNoun => "postgres";

    public override Uri UrlOf(string host, string database, string password) => new($"postgres://{database}:{password}@{host}:5432/{database}");

    public override ServerProgram Server(string plan, Uri? url) =>
        new(Script, new Dictionary<string, string> { ["SUPERUSER"] = Superuser }, new ResourceLimits(512 * MiB, 2000, 512, 1024 * MiB));

    public override ConsoleCommand Ready(Uri url) => new(["pg_isready", "-q", "-h", "/tmp"]);

    public override ConsoleCommand Create(Uri url) => Sql("postgres", url, CreateSql);

    public override ConsoleCommand Drop(Uri url) => Sql("postgres", url, DropSql);

    public override ConsoleCommand Migrations(Uri url) => Sql(url.Database(), url, MigrationsSql);

    public override ConsoleCommand Facts(Uri url) => Sql(url.Database(), url, FactsSql);

    /// <summary>Empties the database.</summary>
    public static ConsoleCommand Reset(Uri url) => Sql(url.Database(), url, ResetSql);

    /// <summary>Ends all its connections.</summary>
    public static ConsoleCommand Disconnect(Uri url) => Sql("postgres", url, DisconnectSql);

    /// <summary>Prints its size in bytes.</summary>
    public static ConsoleCommand Size(Uri url) => Sql(url.Database(), url, "SELECT pg_database_size(current_database());");

    public override ClientProgram Client(Uri url) => new(["psql"], new Dictionary<string, string>
    {
        ["PGHOST"] = url.Host,
        ["PGPORT"] = $"{url.Port}",
        ["PGUSER"] = url.User(),
        ["PGPASSWORD"] = url.Password(),
        ["PGDATABASE"] = url.Database(),
    });

    public override AddonElsewhere Elsewhere(Uri url, string plan) => new(
        new ClientProgram(["pg_dump", "--format=custom", "--no-owner", "--no-acl", "--lock-wait-timeout=20s"], Client(url).Environment), "dump",
        "docker.io/library/postgres:15",
        new Dictionary<string, string> { ["POSTGRES_USER"] = url.User(), ["POSTGRES_PASSWORD"] = url.Password(), ["POSTGRES_DB"] = url.Database() }, [],
        "/var/lib/postgresql/data", ["pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "--username", url.User(), "--dbname", url.Database()],
        "postgresql", $"""
        CREATE ROLE "{AddonUrl.Word(url.User())}" LOGIN PASSWORD '{AddonUrl.Word(url.Password())}';
        CREATE DATABASE "{AddonUrl.Word(url.Database())}" OWNER "{AddonUrl.Word(url.User())}" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';

        """,
        ["runuser -u postgres -- psql -X -v ON_ERROR_STOP=1 < {create}", $"runuser -u postgres -- pg_restore --no-owner --no-acl --exit-on-error --role={url.User()} --dbname={url.Database()} < {{dump}}"]);

    /// <param name="sql">Constant text; what varies comes as psql's :"role" and :'password'.</param>
    private static ConsoleCommand Sql(string database, Uri url, string sql) => new(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", Superuser, "-h", "/tmp", "-d", database],
        $"\\set role '{AddonUrl.Word(url.User())}'\n\\set password '{AddonUrl.Word(url.Password())}'\n{sql}\n");
}
