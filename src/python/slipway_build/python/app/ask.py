"""Asks a Django project for what the platform must know, by really importing it, and collects its static files.

Runs in the app's own virtual environment, in the folder of manage.py: `python -m slipway_build.python.app.ask ROOT APP ANSWERS`.
One process for all of it: importing Django is most of the time that each would take.
"""
import io
import json
import os
import sys
from urllib.parse import urlsplit


class Seen:
    """Files of the app that anything opened since, by Python's own audit events."""

    def __init__(self, app):
        self.app, self.paths = app + "/", set()
        sys.addaudithook(self.note)

    def note(self, event, arguments):
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if path.startswith(self.app):
                self.paths.add(path)

    def add(self, path):
        path = os.path.abspath(path)
        if path.startswith(self.app):
            self.paths.add(path)

    def relative(self):
        """Below the app; of bytecode, the source that it stands for."""
        return sorted({source_of(p[len(self.app) :]) for p in self.paths})


def source_of(path):
    folder, name = os.path.split(path)
    if os.path.basename(folder) == "__pycache__":
        return os.path.join(os.path.dirname(folder), name.split(".")[0] + ".py")
    return path


def main(root, app, answers_path):
    from slipway_build.python.app import diagnosis

    sys.path[0] = root
    seen = Seen(app)
    step = "settings"
    try:
        from django.conf import settings

        settings.INSTALLED_APPS  # the first look is what imports them
        step = "setup"
        import django

        django.setup()
        answers = ask(settings, app)
        migrate = migrate_inputs(app, seen)
        step = "collectstatic"
        collected, complete = collect_static(settings, seen, answers, app)
        answers["static_root"] = collected
        answers["migrate"] = migrate
        answers["seen"] = seen.relative() if complete else None
    except (Exception, SystemExit) as e:  # whatever a project raises, the person gets it in words
        answers = {"error": diagnosis.diagnose(e, step, app)}
    with open(answers_path, "w", encoding="utf-8") as file:
        json.dump(answers, file)


def ask(settings, app):
    import django

    wsgi, asgi = dotted(getattr(settings, "WSGI_APPLICATION", None)), dotted(
        getattr(settings, "ASGI_APPLICATION", None)
    )
    installed = set(settings.INSTALLED_APPS)
    answers = {
        "version": django.get_version(),
        "wsgi": wsgi and wsgi[0],
        "asgi": asgi and asgi[0],
        "wsgi_application": wsgi and ":".join(wsgi),
        "asgi_application": asgi and ":".join(asgi),
        "daphne": "daphne" in installed,
        "channels": bool(installed & {"channels", "daphne"}),
        "own_gunicorn_config": os.path.exists("gunicorn.conf.py"),
        "static": {},
        "volumes": {},
        "public_volumes": {},
    }
    volumes(settings, answers, app)
    answers["wants_database"] = wants_database(settings, answers)
    return answers


def dotted(path):
    """`site.wsgi.application` → (module, name)."""
    return tuple(path.rsplit(".", 1)) if path and "." in path else None


def wants_database(settings, answers):
    """Whether an attached database is to be used; SQLite by choice is a volume instead."""
    from django.apps import apps
    from slipway_django import database, report

    if os.environ.get("SLIPWAY_DATABASE") == "sqlite" and str(settings.DATABASES["default"].get("NAME", "")).startswith(
        database.SQLITE_FOLDER
    ):
        answers["volumes"]["database"] = database.SQLITE_FOLDER
        return False
    if "database.invalid" in str(settings.DATABASES.get("default", {}).get("HOST", "")):
        return True
    decisions = report.decided(settings)
    return (
        "SLIPWAY_DJANGO_SETTINGS" in os.environ
        and "DATABASES" not in decisions.keep
        and database.wants_database(decisions.yours)
        and (bool(decisions.yours.get("DATABASES")) or bool(apps.get_models()))
    )


def volumes(settings, answers, app):
    """A volume where uploads are stored, and its prefix when they are public."""
    from django.core.files.storage import FileSystemStorage, default_storage

    if not settings.MEDIA_ROOT or not isinstance(default_storage, FileSystemStorage):
        return
    root = os.path.abspath(str(settings.MEDIA_ROOT))
    if not root.startswith((app + "/", "/data/")):
        print(
            "Warning: MEDIA_ROOT is %s: no volume can be mounted there, and uploads are lost with each release." % root
        )
        return
    if (os.getcwd() + "/").startswith(root + "/") or any(f.endswith(".py") for f in listing(root)):
        print(
            "Warning: MEDIA_ROOT is %s, which holds code: no volume is mounted there, and uploads are lost with each release."
            % root
        )
        return
    if listing(root):
        print("Note: %s in the source is hidden by the volume for uploads that is mounted there." % root)
    answers["volumes"]["media"] = root
    prefix = url_prefix(settings.MEDIA_URL)
    if prefix:
        answers["public_volumes"][prefix] = "media"


def listing(folder):
    return os.listdir(folder) if os.path.isdir(folder) else []


def url_prefix(url):
    """`/static/` of a URL or path; None where it is the whole site."""
    path = "/" + urlsplit(str(url or "")).path.strip("/") + "/"
    return path if path.strip("/") else None


def migrate_inputs(app, seen):
    """Files below the app that `migrate` loads: every module so far, and all migrations. Relative paths."""
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    for module in list(sys.modules.values()):
        if isinstance(getattr(module, "__file__", None), str):
            seen.add(module.__file__)
    for config in apps.get_app_configs():
        name = MigrationLoader.migrations_module(config.label)[0]
        if not name:
            continue
        folder = (
            os.path.join(config.path, "migrations")
            if name == config.name + ".migrations"
            else os.path.join(os.getcwd(), *name.split("."))
        )
        for file in listing(folder):
            if file.endswith(".py"):
                seen.add(os.path.join(folder, file))
    return seen.relative()


def collect_static(settings, seen, answers, app):
    """(folder of the collected files or None, whether everything that they depend on is known)."""
    if "django.contrib.staticfiles" not in settings.INSTALLED_APPS:
        return None, True
    if os.environ.get("DISABLE_COLLECTSTATIC", "0") not in ("", "0"):
        print("DISABLE_COLLECTSTATIC is set: no static files are collected.")
        return None, True
    if not settings.STATIC_ROOT:
        print("Warning: STATIC_ROOT is not set, so no static files are collected.")
        return None, True
    from django.contrib.staticfiles.finders import AppDirectoriesFinder, FileSystemFinder, get_finders
    from django.contrib.staticfiles.storage import StaticFilesStorage, staticfiles_storage
    from django.core.management import call_command

    if "SLIPWAY_BUILT" in os.environ:
        print("Static files are as the build command left them.")
    else:
        said = io.StringIO()
        call_command("collectstatic", interactive=False, verbosity=1, stdout=said)
        print("\n".join(line for line in said.getvalue().splitlines() if line))
    known = True
    for finder in get_finders():
        # A finder of another kind may make its files of anything.
        known = known and type(finder) in (AppDirectoriesFinder, FileSystemFinder)
        for storage in getattr(finder, "storages", {}).values():
            for folder, _, names in os.walk(storage.location):
                for name in names:
                    seen.add(os.path.join(folder, name))
    if not isinstance(staticfiles_storage, StaticFilesStorage):
        return None, False
    root = os.path.abspath(str(settings.STATIC_ROOT))
    prefix = url_prefix(settings.STATIC_URL)
    if not root.startswith((app + "/", os.path.join(os.path.dirname(app), "slipway") + "/")):
        print("Warning: STATIC_ROOT is %s, outside of the image: the edge serves no static files." % root)
        return None, False
    if prefix is None:
        print("Warning: STATIC_URL is %r, the whole site: the edge serves no static files." % settings.STATIC_URL)
    else:
        answers["static"][prefix] = root
    return root, known


if __name__ == "__main__":
    main(*sys.argv[1:])
