namespace Slipway.Control.Addons;

/// <summary>
/// What runs as the first process of a database server's instance. Constants: what differs between servers comes as
/// environment, never as text of the script.
/// </summary>
/// <param name="Proof">A file below <c>$data</c> that is there, not empty, wherever the server has ever worked.</param>
/// <param name="Create">Makes an empty database in the folder <c>$data.new</c>.</param>
/// <param name="Serve">Runs the server on the folder <c>$data</c>.</param>
internal sealed record ServerScript(string Proof, string Create, string Serve)
{
    private const string Begin = """
        data=/data/files
        fail() { echo "slipway: $1" >&2; exit 78; }
        """;

    // 'proof' is in this text only, not in an argument: it may hold a pattern.
    private const string Guard = """

        # Held for as long as any process of this server lives, also one that lost its monitor: never two servers on one folder.
        exec 9>/data/lock
        flock --nonblock 9 || fail "another database server still works on this volume; waiting for it to end"

        # The store and the volume each name the server. A volume that is empty where a database is expected was lost or
        # mixed up: to begin a new one on it would hide that, and lose the data for good.
        if [ -e /data/server ]; then
            [ "$(cat /data/server)" = "$SERVER" ] || fail "this volume holds another server's data ($(cat /data/server), not $SERVER)"
            [ "$MAY_CREATE" = 1 ] || [ -s "$data/$proof" ] || fail "the data are missing from this volume; restore a backup of it"
        else
            [ ! -e "$data" ] || fail "this volume holds files that Slipway did not make"
            [ "$MAY_CREATE" = 1 ] || fail "this volume is empty, but this server has had data; restore a backup of it"
            rm -rf "$data.new"
            create
            printf '%s\n' "$SERVER" >/data/server.new
            sync --file-system /data
            mv "$data.new" "$data"
            mv /data/server.new /data/server
            sync /data
        fi

        """;

    /// <param name="keepsData">False: there is no volume, and nothing to guard.</param>
    public IReadOnlyList<string> Command(bool keepsData) =>
        ["/bin/sh", "-eu", "-c", keepsData ? $"{Begin}\nproof='{Proof}'\ncreate() {{\n{Create}\n}}\n{Guard}{Serve}" : $"{Begin}\n{Serve}"];
}
