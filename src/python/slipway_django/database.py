"""The default database: the project's own, or the one that the platform attached."""
import os
from urllib.parse import parse_qsl, unquote, urlsplit

ENGINES = {
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "pgsql": "django.db.backends.postgresql",
    "postgis": "django.contrib.gis.db.backends.postgis",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
    "mysqlgis": "django.contrib.gis.db.backends.mysql",
    "sqlite": "django.db.backends.sqlite3",
    "sqlite3": "django.db.backends.sqlite3",
    "spatialite": "django.contrib.gis.db.backends.spatialite",
    "oracle": "django.db.backends.oracle",
}

# A connection is kept this long. Before 4.1 Django does not look whether a kept one still lives.
KEPT_SECONDS, KEPT_SECONDS_UNCHECKED = 600, 60

# Where the volume of a SQLite database is mounted.
SQLITE_FOLDER = "/data/database"


def decide(d):
    if not wants_database(d.yours):
        d.leave("DATABASES")
        return
    # The build that follows the choice asks for the volume; until then the app stays with the database that it has.
    if d.environ.get("SLIPWAY_DATABASE") == "sqlite" and (
        os.path.isdir(SQLITE_FOLDER) or d.environ.get("SLIPWAY_BUILD") == "1"
    ):
        sqlite(d)
        return
    url = d.environ.get("DATABASE_URL")
    if url is None:
        d.leave(
            "DATABASES",
            "No database is attached. What is written to a SQLite file inside the app is lost with each release.",
        )
        return
    yours = d.yours.get("DATABASES") or {}
    default = {k: v for k, v in yours.get("default", {}).items() if k in ("ATOMIC_REQUESTS", "TIME_ZONE", "TEST")}
    default.update(parse(url, d.django, spatial="gis" in yours.get("default", {}).get("ENGINE", "")))
    if default["ENGINE"].endswith(".mysql"):
        mysql(default)
    d.set(
        "DATABASES",
        {**yours, "default": default},
        "The attached database; yours is %s, which is for development." % describe(yours),
        take_back="Configure one in your settings, or keep SQLite, on a volume: "
        "slipway config set SLIPWAY_DATABASE=sqlite, then slipway deploy",
    )


def mysql(entry):
    """utf8mb4, or a smiley is an error; and PyMySQL under the name that Django knows, where it is what is installed."""
    entry.setdefault("OPTIONS", {}).setdefault("charset", "utf8mb4")
    try:
        import MySQLdb  # noqa: F401
    except ImportError:
        try:
            import pymysql
        except ImportError:
            return  # Django says what is missing
        # It says which mysqlclient it behaves like, and stayed behind with the number that newer Djangos ask for.
        pymysql.version_info = max(tuple(pymysql.version_info), (2, 2, 1, "final", 0))
        pymysql.install_as_MySQLdb()


def wants_database(yours):
    """The project configures no database of its own but what startproject wrote."""
    default = (yours.get("DATABASES") or {}).get("default") or {}
    engine = default.get("ENGINE") or "django.db.backends.dummy"
    return engine.rsplit(".", 1)[-1] in ("dummy", "sqlite3", "spatialite")


def describe(databases):
    default = databases.get("default") or {}
    return "the SQLite file %s" % os.path.basename(str(default.get("NAME"))) if default.get("ENGINE") else "none"


def sqlite(d):
    yours = d.yours.get("DATABASES") or {}
    default = {**yours.get("default", {}), "NAME": SQLITE_FOLDER + "/db.sqlite3"}
    default.setdefault("ENGINE", ENGINES["sqlite"])
    # 20 s: a writer waits for another one instead of failing; with several workers the default of 5 is soon over.
    default["OPTIONS"] = {"timeout": 20, **default.get("OPTIONS", {})}
    d.set(
        "DATABASES",
        {**yours, "default": default},
        "SLIPWAY_DATABASE=sqlite: your SQLite database, on a volume that every release finds again.",
        take_back="slipway config unset SLIPWAY_DATABASE, then slipway deploy: PostgreSQL",
    )


def split_port(netloc):
    """`host:5432`, `[::1]:5432`, `host` → (host, port); urlsplit's own hostname is lower case, which a path must not be."""
    host, colon, port = netloc.rpartition(":")
    return (host, port) if colon and not netloc.endswith("]") else (netloc, "")


def parse(url, django_version, spatial=False):
    """DATABASE_URL → an entry of DATABASES. Query parameters become OPTIONS, but for conn_max_age.

    >>> parse("postgres://u:p%40ss@db:5432/name?sslmode=require", (4, 2))["PASSWORD"]
    'p@ss'
    """
    parts = urlsplit(url)
    scheme = parts.scheme.split("+")[0].lower()
    if scheme not in ENGINES:
        raise ValueError("DATABASE_URL names a kind of database that Django does not know: %s" % parts.scheme)
    if spatial and scheme in ("postgres", "postgresql", "pgsql"):
        scheme = "postgis"
    options = dict(parse_qsl(parts.query))
    entry = {"ENGINE": ENGINES[scheme]}
    if scheme in ("sqlite", "sqlite3", "spatialite"):
        # sqlite:///relative, sqlite:////absolute, sqlite://:memory:
        entry["NAME"] = unquote(parts.path[1:]) or ":memory:"
        if options:
            entry["OPTIONS"] = options
        return entry
    # A socket folder is a host as any other: postgres://user@%2Frun%2Fpostgresql/name
    host, port = split_port(parts.netloc.rsplit("@", 1)[-1])
    entry.update(
        {
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(host.strip("[]")) or options.pop("host", ""),
            "PORT": port,
        }
    )
    checked = django_version >= (4, 1)
    entry["CONN_MAX_AGE"] = int(options.pop("conn_max_age", KEPT_SECONDS if checked else KEPT_SECONDS_UNCHECKED))
    if checked:
        entry["CONN_HEALTH_CHECKS"] = True
    if options:
        entry["OPTIONS"] = options
    return entry
