"""Facts of a Django project: those of the previous build where they still hold, else Django is asked."""
import hashlib
import json
import os
import shutil

from slipway_build import hooks
from slipway_build.errors import BuildError
from slipway_build.log import say, timed
from slipway_build.python.app import bytecode, plain, platform, project
from slipway_build.python.serving import decide, servers

MIGRATE = "python manage.py migrate --noinput"

# Stands for the database that is attached after the first build: settings that read DATABASE_URL must be importable.
PLACEHOLDER_DATABASE = "postgres://slipway:slipway@database.invalid:5432/slipway"


def facts(request, paths, root, record, previous, seconds):
    own = "DJANGO_SETTINGS_MODULE" in request.config
    with timed(seconds, "layer"):
        found = project.read(root, request.config)
        platform.copy_layer(paths)
        if found.assigned and not own:
            write_hook(paths, [found.settings, *found.assigned])
    say("Settings: %s (%s)." % (found.settings, found.why))
    if own:
        say("DJANGO_SETTINGS_MODULE is a config var: Slipway's settings layer is off.")
    # Commands of the user's own may make anything of anything: then nothing of the last build holds.
    if not request.commands and record.answers_of(previous):
        servers.write(paths, previous.facts["serving"])
        with timed(seconds, "bytecode"):
            bytecode.compile_app(paths, record.hashes, previous)
        with timed(seconds, "static"):
            record.facts, record.seen, record.static_root = previous.facts, previous.seen, previous.static_root
            take_static_over(paths, previous)
        say(
            "Nothing that Django's settings, models or static files consist of has changed: kept what the last build found."
        )
        return record.facts
    environment = image_environment(found, own)
    asked = ask_environment(request, paths, environment)
    if hooks.run(request, paths, "build", asked):
        asked["SLIPWAY_BUILT"] = "1"
    import subprocess  # not needed above, where most redeploys end

    with timed(seconds, "django"):
        # Django imports and collects while the bytecode of the app is made here.
        with subprocess.Popen(
            [paths.python, "-m", "slipway_build.python.app.ask", root, paths.app, os.path.join(paths.slipway, "answers.json")],
            cwd=root,
            env=asked,
            stdin=subprocess.DEVNULL,
        ) as process:
            with timed(seconds, "bytecode"):
                bytecode.compile_app(paths, record.hashes, previous)
    answers = read_answers(paths, process.returncode)
    record.seen = None if answers["seen"] is None else {p for p in answers["seen"] if p in record.hashes}
    record.static_root = answers["static_root"] and os.path.relpath(answers["static_root"], paths.root)
    record.facts = assemble(request, paths, root, found, environment, answers, record)
    return record.facts


def image_environment(found, own):
    environment = dict(plain.ENVIRONMENT)
    environment["PYTHONPATH"] = "/slipway/django:" + servers.FOLDER
    if own:
        return environment
    environment["SLIPWAY_DJANGO_SETTINGS"] = found.settings
    environment["DJANGO_SETTINGS_MODULE"] = found.settings if found.assigned else "slipway_django.settings"
    return environment


def write_hook(paths, modules):
    """For projects that assign DJANGO_SETTINGS_MODULE: see slipway_django.hook."""
    say(
        "manage.py or wsgi.py assigns DJANGO_SETTINGS_MODULE; Slipway's settings layer is put over that module as it loads."
    )
    with open(os.path.join(paths.slipway, "django", "sitecustomize.py"), "w", encoding="utf-8") as file:
        file.write(
            '"""Made by Slipway: wsgi.py or manage.py assigns DJANGO_SETTINGS_MODULE, see slipway_django/hook.py."""\n'
            "from slipway_django import hook\n\nhook.install(%s)\n" % ", ".join(repr(m) for m in dict.fromkeys(modules))
        )


def ask_environment(request, paths, environment):
    asked = {**environment, "HOME": paths.tmp, "LANG": "C.UTF-8", **request.config}
    asked["PATH"] = ":".join([os.path.dirname(paths.python), environment["PATH"]])
    asked["PYTHONPATH"] = os.pathsep.join([os.path.join(paths.slipway, "django"), paths.platform])
    asked["PYTHONDONTWRITEBYTECODE"] = "1"
    asked["SLIPWAY_BUILD"] = "1"
    asked["SLIPWAY_APP"] = request.app
    asked["SLIPWAY_DOMAINS"] = ",".join(request.domains)
    asked["SLIPWAY_TLS"] = "1" if request.tls else "0"
    # The app's real key has no business in a build.
    asked["SLIPWAY_SECRET_KEY"] = hashlib.sha256(os.urandom(32)).hexdigest()
    if request.database:
        asked.setdefault("DATABASE_URL", PLACEHOLDER_DATABASE)
    return asked


def read_answers(paths, status):
    path = os.path.join(paths.slipway, "answers.json")
    if not os.path.exists(path):
        raise BuildError(
            "settings_failed",
            "Importing the project ended Python (exit status %d)." % status,
            why="Out of memory, a crash in a compiled package, or a call of exit() in the project.",
            next="Try it by hand: python manage.py check",
        )
    with open(path, encoding="utf-8") as file:
        answers = json.load(file)
    os.unlink(path)
    if "error" in answers:
        raise BuildError(**answers["error"])
    return answers


def take_static_over(paths, previous):
    if previous.static_root is None:
        return
    shutil.copytree(
        os.path.join(paths.previous, previous.static_root),
        os.path.join(paths.root, previous.static_root),
        symlinks=True,
        copy_function=shutil.copyfile,
        dirs_exist_ok=True,
    )


def assemble(request, paths, root, found, environment, answers, record):
    processes, serving, origins = how_it_runs(request, paths, found, answers)
    own_release = "release" in request.process_types
    return {
        "working_directory": os.path.join("/app", request.root) if request.root else "/app",
        "process_types": processes,
        "serving": serving and serving.facts(),
        "origins": origins,
        "environment": environment,
        "django": {
            "version": answers["version"],
            "settings": found.settings,
            "wsgi": answers["wsgi"] or found.wsgi,
            "asgi": answers["asgi"] or found.asgi,
            "wants_database": answers["wants_database"],
        },
        "static": answers["static"],
        "volumes": answers["volumes"],
        "public_volumes": answers["public_volumes"],
        "migrate_key": None if own_release else migrate_key(request, answers["migrate"], record),
    }


def how_it_runs(request, paths, found, answers):
    """The processes that were asked for, and derived ones for what is left open."""
    processes, origins, serving = {"release": MIGRATE}, {}, None
    if "release" not in request.process_types:
        origins["hooks.release"] = "Slipway, for Django"
    if "web" not in request.process_types:
        serving = decide.of_django(request, answers, found, paths)
    if serving is not None:
        processes["web"] = servers.command(serving.server, serving.target, answers["own_gunicorn_config"])
        servers.write(paths, serving.facts())
        origins.update(serving.origins)
    processes.update(request.process_types)
    for prefix in answers["static"]:
        origins["static." + prefix] = "STATIC_URL and STATIC_ROOT"
    for name in answers["volumes"]:
        origins["volumes.%s.path" % name] = "the settings"
    say("Processes: " + "; ".join("%s: %s" % item for item in sorted(processes.items())))
    return processes, serving, origins


def migrate_key(request, inputs, record):
    """Hash of everything that `migrate` loads: dependencies, and the project's modules and migrations."""
    if inputs is None:
        return None
    digest = hashlib.sha256(
        json.dumps(
            [request.fields.get("base"), sorted((p, record.hashes[p]) for p in inputs if p in record.hashes)]
        ).encode()
    )
    return "sha256:" + digest.hexdigest()
