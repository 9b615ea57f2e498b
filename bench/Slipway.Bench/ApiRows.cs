using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;

namespace Slipway.Bench;

/// <summary>
/// The API of a server with many apps: 1,000 with 100 releases each, one question after another. What every call costs, the way
/// through the edge and the check of the token, is the baseline.
/// </summary>
internal sealed class ApiRows(Server server)
{
    private const int Apps = 1000, Releases = 100, Rounds = 300;
    private const string Prefix = "bench-api-";

    public async Task<IReadOnlyList<Result>> MeasureAsync()
    {
        await server.SlipwayAsync("/", "create", Prefix + "0");
        await server.SlipwayAsync("/", "config", "set", "A=b", "--app", Prefix + "0");
        await StoreAsync(Fill);
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://localhost:{server.Config.HttpPort}") };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await server.TokenAsync());
            var one = $"/apps/{Prefix}{Apps / 2}";
            var floor = await AskAsync(http, "/account");
            return
            [
                .. Rows($"API, {Apps:N0} apps: list them, 200 a page", await AskAsync(http, "/apps"), floor, "≤ 20 ms", "≤ 60 ms"),
                .. Rows($"API, {Apps:N0} apps: show one", await AskAsync(http, one), floor, "≤ 10 ms", "≤ 30 ms"),
                .. Rows($"API, {Releases} releases: list them", await AskAsync(http, one + "/releases"), floor, "≤ 20 ms", "≤ 60 ms"),
                .. Rows($"API, {Releases} releases: the newest ten", await AskAsync(http, one + "/releases", "version ..; max=10, order=desc"), floor, "≤ 10 ms", "≤ 30 ms"),
            ];
        }
        finally
        {
            await StoreAsync(Empty);
        }
    }

    private static IEnumerable<Result> Rows(string what, (double P50, double P99) took, (double P50, double P99) floor, string half, string most) =>
    [
        new("k", what + ", p50", took.P50, "the same of GET /account", floor.P50, "ms", half),
        new("k", what + ", p99", took.P99, "the same of GET /account", floor.P99, "ms", most),
    ];

    private static async Task<(double P50, double P99)> AskAsync(HttpClient http, string path, string? range = null)
    {
        var took = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (range is not null) request.Headers.TryAddWithoutValidation("Range", range);
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.SendAsync(request);
            await answer.Content.ReadAsByteArrayAsync();
            answer.EnsureSuccessStatusCode();
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        took.Sort();
        return (took[Rounds / 2], took[Rounds * 99 / 100]);
    }

    /// <summary>A hundred thousand deploys would take a day, and leave no other rows than these.</summary>
    private Task StoreAsync(string script) => Programs.RunAsync(
        "python3", ["-c", script, Path.Combine(server.Config.ControlDirectory, "slipway.db"), Prefix, Apps.ToString(CultureInfo.InvariantCulture), Releases.ToString(CultureInfo.InvariantCulture)]);

    private const string Fill = """
        import sqlite3, sys, uuid
        file, prefix, apps, releases = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
        store = sqlite3.connect(file, timeout=60)
        store.row_factory = sqlite3.Row
        store.execute('PRAGMA foreign_keys = ON')
        name = lambda: str(uuid.uuid4()).upper()

        def add(table, row, **changes):
            row = {key: row[key] for key in row.keys() if key not in ('Id', 'Handle')} | changes
            return store.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())).lastrowid

        with store:
            app = store.execute('SELECT * FROM Apps WHERE Name = ?', [prefix + '0']).fetchone()
            release = store.execute('SELECT * FROM Releases WHERE AppId = ?', [app['Id']]).fetchone()
            uid = store.execute('SELECT MAX(Uid) FROM Apps').fetchone()[0]
            for number in range(apps):
                made = app['Id'] if number == 0 else add('Apps', app, Uuid=name(), Name=f'{prefix}{number}', Uid=uid + number, Revision=name(), CurrentReleaseId=None)
                for version in range(2 if number == 0 else 1, releases + 1):
                    last = add('Releases', release, Uuid=name(), AppId=made, Version=version)
                store.execute('UPDATE Apps SET CurrentReleaseId = ? WHERE Id = ?', [last, made])
        """;

    private const string Empty = """
        import sqlite3, sys
        store = sqlite3.connect(sys.argv[1], timeout=60)
        store.execute('PRAGMA foreign_keys = ON')
        with store:
            store.execute("DELETE FROM Apps WHERE Name LIKE ? || '%'", [sys.argv[2]])
        """;
}
