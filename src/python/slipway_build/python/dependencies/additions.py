"""What the platform adds to the app's own requirements."""
from slipway_build.log import say

SERVERS = {
    "gunicorn",
    "uvicorn",
    "daphne",
    "hypercorn",
    "waitress",
    "uwsgi",
    "pyuwsgi",
    "granian",
    "cheroot",
    "cherrypy",
    "bjoern",
    "mod-wsgi",
    "nginx-unit",
    "meinheld",
    "tornado",
    "gevent",
    "eventlet",
}
WSGI_FRAMEWORKS = {"flask", "bottle", "falcon", "pyramid"}
ASGI_FRAMEWORKS = {"fastapi", "starlette", "quart", "litestar"}
MYSQL_DRIVERS = {"mysqlclient", "pymysql", "mysql-connector-python", "mysql-python"}
POSTGRESQL_DRIVERS = {"psycopg", "psycopg-binary", "psycopg2", "psycopg2-binary", "psycopg2cffi", "pg8000"}


def additions(request, names):
    """Normalized name → (requirement, why). `names` is what the app's own requirements name."""
    added = {}
    if request.installer == "none" and request.is_django:
        added["django"] = (django_requirement(request.django_version), django_reason(request.django_version))
    if not names & SERVERS:
        why = "serves the app: your requirements name no web server"
        if request.is_django or request.installer == "none" or names & WSGI_FRAMEWORKS:
            added["gunicorn"] = ("gunicorn", why)
        elif names & ASGI_FRAMEWORKS:
            added["uvicorn"] = ("uvicorn", why)
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
