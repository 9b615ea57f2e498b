"""What the platform adds to the app's own requirements."""
from slipway_build.log import say

# Speaks WSGI, or speaks ASGI.
WSGI_SERVERS = set(
    "gunicorn waitress uwsgi pyuwsgi cheroot cherrypy bjoern mod-wsgi nginx-unit meinheld tornado gevent eventlet granian".split()
)
ASGI_SERVERS = {"uvicorn", "daphne", "hypercorn", "granian"}
WSGI_FRAMEWORKS = {"flask", "bottle", "falcon", "pyramid"}
ASGI_FRAMEWORKS = {"fastapi", "starlette", "quart", "litestar", "channels", "sanic"}

# What slipway.toml may name → what the package index has of it. Where it has none, the server is of Debian's packages.
FROM_INDEX = {
    "gunicorn": ["gunicorn"],
    "waitress": ["waitress"],
    "uvicorn": ["uvicorn", "websockets"],
    "daphne": ["daphne"],
    "hypercorn": ["hypercorn"],
}
MYSQL_DRIVERS = {"mysqlclient", "pymysql", "mysql-connector-python", "mysql-python"}
POSTGRESQL_DRIVERS = {"psycopg", "psycopg-binary", "psycopg2", "psycopg2-binary", "psycopg2cffi", "pg8000"}


def additions(request, names):
    """Normalized name → (requirement, why). `names` is what the app's own requirements name."""
    added = {}
    if request.installer == "none" and request.is_django:
        added["django"] = (django_requirement(request.django_version), django_reason(request.django_version))
    for package, why in servers(request, names):
        if package not in names:
            added[package] = (package, why)
    if request.details.get("database") == "mysql":
        if not names & MYSQL_DRIVERS:
            added["mysqlclient"] = (
                "mysqlclient",
                "Django's driver for the attached MariaDB: your requirements name none",
            )
    elif (request.is_django or "django" in names) and not names & POSTGRESQL_DRIVERS:
        added["psycopg2-binary"] = (
            "psycopg2-binary",
            "Django's driver for PostgreSQL, Slipway's default database: your requirements name none",
        )
    for requirement, why in added.values():
        say("Adding %s: %s." % (requirement, why))
    return added


def servers(request, names):
    """(package, why) of what serves the app: the one that slipway.toml names, else one that fits, if there is none."""
    if request.server:
        return [(p, "serves the app: slipway.toml names it") for p in FROM_INDEX.get(request.server, [])]
    if request.details.get("speaks") == "asgi" or names & ASGI_FRAMEWORKS:
        if names & ASGI_SERVERS:
            return []
        why = "serves the app by ASGI: your requirements name no server that does"
        asgi = [(p, why) for p in FROM_INDEX["uvicorn"]]
        # Both kinds of framework: which of them is the app is seen later.
        return asgi if not names & (WSGI_FRAMEWORKS | WSGI_SERVERS) else asgi + wsgi(names)
    return wsgi(names) if request.is_django or request.installer == "none" or names & WSGI_FRAMEWORKS else []


def wsgi(names):
    if names & (WSGI_SERVERS | ASGI_SERVERS):
        return []
    return [("gunicorn", "serves the app: your requirements name no web server")]


def django_requirement(version):
    """The series that the project was made with: its bug fixes, and not the next one's changes."""
    if version is None:
        return "Django"
    parts = version.split(".")
    return "Django~=%s.%s.0" % (parts[0], parts[1] if len(parts) > 1 else "0")


def django_reason(version):
    if version is None:
        return "there is a manage.py and no file that says what the app requires"
    return "your settings were made by Django %s, and no file says what the app requires" % version
