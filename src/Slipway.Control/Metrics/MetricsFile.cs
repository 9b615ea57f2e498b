using Microsoft.Data.Sqlite;
using Slipway.Contracts.Server;

namespace Slipway.Control.Metrics;

/// <summary>
/// The numbers on disk: <c>metrics.db</c>, a SQLite file beside the store. Not in the store, because nothing depends on them: they
/// need no sync to the disk with each write, no backup, and no model of EF Core in memory. A file that cannot be read is
/// set aside and another begun.
/// </summary>
internal sealed partial class MetricsFile(ServerConfig server, ILogger<MetricsFile> log)
{
    /// <summary>Changes with the tables or with what is in them.</summary>
    private const long Version = 1;

    /// <summary>Of an app; a process type that was not seen for the longest time goes first.</summary>
    public const int MostSeries = 20;

    private const int Corrupt = 11, NotADatabase = 26;

    private readonly string _path = System.IO.Path.Combine(server.ControlDirectory, "metrics.db");

    public string Path => _path;

    /// <summary>Adds a minute to the points that it is in, and to the totals; all of it or nothing, with what was last read.</summary>
    /// <param name="minute">Unix time of its beginning.</param>
    public void Write(long minute, IReadOnlyDictionary<Series, Measure> measured, LastRead read) => Do(connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var (series, measure) in measured)
        {
            var id = SeriesId(connection, series);
            foreach (var tier in Tier.All) AddPoint(connection, tier.Step, Tier.Floor(minute, tier.Step), id, measure);
            AddTotal(connection, id, measure);
        }

        Execute(connection, "INSERT OR REPLACE INTO read (id, body) VALUES (1, $body)", ("$body", read.ToBytes()));
        transaction.Commit();
        return true;
    });

    public LastRead? Read() => Do(connection =>
    {
        using var command = Command(connection, "SELECT body FROM read");
        using var rows = command.ExecuteReader();
        return rows.Read() ? LastRead.Of((byte[])rows[0]) : null;
    });

    /// <summary>Points of one app, in the order of time.</summary>
    public IReadOnlyList<(Series Series, long At, Measure Measure)> Points(long app, Tier tier, long from, long to) => Do(connection =>
    {
        var types = new Dictionary<long, string>();
        using (var command = Command(connection, "SELECT id, type FROM series WHERE app = $app", ("$app", app)))
        using (var rows = command.ExecuteReader())
            while (rows.Read()) types[rows.GetInt64(0)] = rows.GetString(1);

        var points = new List<(Series, long, Measure)>();
        // Ids are numbers of our own. Named in the query, they are looked up instead of every app's points read.
        using (var command = Command(connection, $"SELECT series, at, body FROM point WHERE step = $step AND at >= $from AND at < $to AND series IN ({string.Join(',', types.Keys)}) ORDER BY at",
                   ("$step", tier.Step), ("$from", from), ("$to", to)))
        using (var rows = command.ExecuteReader())
            while (rows.Read()) points.Add((new Series(app, types[rows.GetInt64(0)]), rows.GetInt64(1), Measure.Of((byte[])rows[2])));
        return points;
    });

    /// <summary>All that was ever measured, for counters that only grow.</summary>
    public Dictionary<Series, Measure> Totals() => Do(connection =>
    {
        var totals = new Dictionary<Series, Measure>();
        using var command = Command(connection, "SELECT app, type, body FROM series JOIN total ON total.series = series.id");
        using var rows = command.ExecuteReader();
        while (rows.Read()) totals[new Series(rows.GetInt64(0), rows.GetString(1))] = Measure.Of((byte[])rows[2]);
        return totals;
    });

    /// <summary>Takes away what is more than may be kept, and what is of no app any more.</summary>
    public void Prune(IReadOnlyCollection<long> apps) => Do(connection =>
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var known = string.Join(',', apps);
        Execute(connection, $"""
            DELETE FROM series WHERE app NOT IN ({known}) OR id IN (
                SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY app ORDER BY seen DESC, id DESC) AS place FROM series) WHERE place > {MostSeries});
            DELETE FROM total WHERE series NOT IN (SELECT id FROM series);
            """);
        // As good as never: a look at every point is not for each time.
        if (HasOrphans(connection)) Execute(connection, "DELETE FROM point WHERE series NOT IN (SELECT id FROM series)");
        foreach (var tier in Tier.All)
        {
            Execute(connection, """
                DELETE FROM point WHERE step = $step AND at <= (SELECT at FROM (SELECT DISTINCT at FROM point WHERE step = $step ORDER BY at DESC LIMIT 1 OFFSET $points))
                """, ("$step", tier.Step), ("$points", tier.Points));
        }

        transaction.Commit();
        return true;
    });

    private static bool HasOrphans(SqliteConnection connection)
    {
        using var command = Command(connection, "SELECT EXISTS (SELECT 1 FROM point WHERE step = 3600 AND series NOT IN (SELECT id FROM series))");
        return (long)command.ExecuteScalar()! != 0;
    }

    private static long SeriesId(SqliteConnection connection, Series series)
    {
        using var command = Command(connection,
            "INSERT INTO series (app, type, seen) VALUES ($app, $type, (SELECT coalesce(max(seen), 0) + 1 FROM series)) ON CONFLICT (app, type) DO UPDATE SET seen = excluded.seen RETURNING id",
            ("$app", series.App), ("$type", series.Type));
        return (long)command.ExecuteScalar()!;
    }

    private static void AddPoint(SqliteConnection connection, int step, long at, long series, Measure measure)
    {
        var sum = Add(connection, "SELECT body FROM point WHERE step = $step AND at = $at AND series = $series", measure, ("$step", step), ("$at", at), ("$series", series));
        Execute(connection, "INSERT OR REPLACE INTO point (step, at, series, body) VALUES ($step, $at, $series, $body)", ("$step", step), ("$at", at), ("$series", series), ("$body", sum));
    }

    private static void AddTotal(SqliteConnection connection, long series, Measure measure)
    {
        var sum = Add(connection, "SELECT body FROM total WHERE series = $series", measure, ("$series", series));
        Execute(connection, "INSERT OR REPLACE INTO total (series, body) VALUES ($series, $body)", ("$series", series), ("$body", sum));
    }

    private static byte[] Add(SqliteConnection connection, string select, Measure measure, params ReadOnlySpan<(string, object)> parameters)
    {
        using var command = Command(connection, select, parameters);
        if (command.ExecuteScalar() is not byte[] before) return measure.ToBytes();
        var sum = Measure.Of(before);
        sum.Add(measure);
        return sum.ToBytes();
    }

    private static void Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string, object)> parameters)
    {
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    private T Do<T>(Func<SqliteConnection, T> work)
    {
        try
        {
            using var connection = Open();
            return work(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            LogBroken(e, _path);
            SetAside(".broken");
            using var connection = Open();
            return work(connection);
        }
    }

    /// <summary>For each use anew: once a minute that costs nothing, and an idle slipwayd keeps no pages of it.</summary>
    private SqliteConnection Open()
    {
        var connection = Connect();
        try
        {
            using var version = Command(connection, "PRAGMA user_version");
            var found = (long)version.ExecuteScalar()!;
            if (found == Version) return connection;
            if (found != 0)
            {
                connection.Dispose();
                SetAside($".v{found}");
                connection = Connect();
            }

            // Rows of all series lie together by their time, so that a minute touches a few pages however many there are.
            Execute(connection, $"""
                BEGIN IMMEDIATE;
                CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY AUTOINCREMENT, app INTEGER NOT NULL, type TEXT NOT NULL, seen INTEGER NOT NULL, UNIQUE (app, type));
                CREATE TABLE IF NOT EXISTS point (step INTEGER NOT NULL, at INTEGER NOT NULL, series INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (step, at, series)) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS total (series INTEGER PRIMARY KEY, body BLOB NOT NULL);
                CREATE TABLE IF NOT EXISTS read (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
                PRAGMA user_version = {Version};
                COMMIT;
                """);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false, DefaultTimeout = 10 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -256;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void SetAside(string suffix)
    {
        File.Move(_path, _path + suffix, overwrite: true);
        File.Delete(_path + "-wal");
        File.Delete(_path + "-shm");
    }

    [LoggerMessage(LogLevel.Error, "{Path} cannot be read; it is set aside and another begun, without the numbers of the past")]
    private partial void LogBroken(Exception e, string path);
}
