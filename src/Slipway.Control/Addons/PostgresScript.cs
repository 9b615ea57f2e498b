namespace Slipway.Control.Addons;

/// <summary>What runs as the first process of the database server's instance.</summary>
internal static class PostgresScript
{
    // A constant: what differs between servers comes as environment, never as text of the script.
    public const string Text = """
        bin=$(echo /usr/lib/postgresql/*/bin)
        data=/data/pgdata
        fail() { echo "slipway: $1" >&2; exit 78; }

        # Held for as long as any process of this server lives, also one that lost its monitor: never two servers on one folder.
        exec 9>/data/lock
        flock --nonblock 9 || fail "another database server still works on this volume; waiting for it to end"

        # The store and the volume each name the cluster. A volume that is empty where a database is expected was lost or
        # mixed up: to begin a new one on it would hide that, and lose the data for good.
        if [ -e /data/cluster ]; then
            [ "$(cat /data/cluster)" = "$CLUSTER" ] || fail "this volume holds another server's databases ($(cat /data/cluster), not $CLUSTER)"
            [ -s "$data/PG_VERSION" ] || fail "the database files are missing from this volume; restore a backup of it"
        else
            [ ! -e "$data" ] || fail "this volume holds database files that Slipway did not make"
            [ "$MAY_CREATE" = 1 ] || fail "this volume is empty, but this server has had databases; restore a backup of it"
            rm -rf "$data.new"
            "$bin/initdb" --pgdata="$data.new" --username="$SUPERUSER" --auth-local=peer --auth-host=scram-sha-256 \
                --encoding=UTF8 --locale=C.UTF-8 --data-checksums --no-instructions --no-sync
            printf '%s app %s\n' "$SUPERUSER" "$SUPERUSER" >"$data.new/pg_ident.conf"
            printf '%s\n' "local all $SUPERUSER peer map=$SUPERUSER" "host all $SUPERUSER all reject" \
                "host all all all scram-sha-256" >"$data.new/pg_hba.conf"
            printf '%s\n' "$CLUSTER" >/data/cluster.new
            sync --file-system /data
            mv "$data.new" "$data"
            mv /data/cluster.new /data/cluster
            sync /data
        fi

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
        """;
}
