"""How the app's processes are started."""
import ast
import os

from slipway_build.python.app.project import parse
from slipway_build.log import say

ENVIRONMENT = {
    "PATH": "/venv/bin:/usr/local/bin:/usr/bin:/bin",
    "PYTHONUNBUFFERED": "1",
}

GUNICORN = "gunicorn --config /slipway/gunicorn.conf.py"

# An app object and the server that speaks to it.
FRAMEWORKS = {
    "Flask": GUNICORN,
    "Quart": "uvicorn --uds $SLIPWAY_SOCKET",
    "FastAPI": "uvicorn --uds $SLIPWAY_SOCKET",
    "Starlette": "uvicorn --uds $SLIPWAY_SOCKET",
    "Bottle": GUNICORN,
    "Sanic": "uvicorn --uds $SLIPWAY_SOCKET",
}


def django_processes(request, answers, paths):
    """The Procfile's lines, and derived ones for what it leaves open."""
    processes = {"release": "python manage.py migrate --noinput"}
    web = django_web(answers, paths)
    if web:
        processes["web"] = web
    processes.update(request.process_types)
    say("Processes: " + "; ".join("%s: %s" % item for item in sorted(processes.items())))
    return processes


def django_web(answers, paths):
    wsgi, asgi = answers["wsgi_application"], answers["asgi_application"]
    asgi_first = asgi and (answers["channels"] or not wsgi)
    if asgi_first and has(paths, "daphne"):
        return "daphne --unix-socket $SLIPWAY_SOCKET --proxy-headers %s" % asgi
    if asgi_first and has(paths, "uvicorn"):
        return (
            "gunicorn --config /slipway/gunicorn.conf.py --worker-class uvicorn.workers.UvicornWorker %s" % asgi
            if has(paths, "gunicorn")
            else "uvicorn --uds $SLIPWAY_SOCKET --proxy-headers %s" % asgi
        )
    if wsgi and has(paths, "gunicorn"):
        return gunicorn(paths, answers["own_gunicorn_config"]) + " " + wsgi
    if asgi and has(paths, "uvicorn"):
        return "uvicorn --uds $SLIPWAY_SOCKET --proxy-headers %s" % asgi
    if wsgi and has(paths, "waitress"):
        return "waitress-serve --port=$PORT %s" % wsgi
    return None


def gunicorn(paths, own_config):
    # gunicorn reads ./gunicorn.conf.py unless it is given another: a project that has one keeps it, but for the address.
    return "gunicorn --bind unix:$SLIPWAY_SOCKET" if own_config else GUNICORN


def has(paths, program):
    return os.path.exists(
        os.path.join(os.path.dirname(paths.python), program if program != "waitress" else "waitress-serve")
    )


def plain_facts(request, paths, root):
    """Facts of an app that is not Django."""
    environment = dict(ENVIRONMENT)
    processes = dict(request.process_types)
    if "web" not in processes:
        web = find_app(root, paths)
        if web:
            processes["web"] = web
            say("No web: line in a Procfile; found an app object: " + web)
    if processes.get("web", "").startswith(GUNICORN):
        write_gunicorn_config(paths)
    return {
        "working_directory": os.path.join("/app", request.root) if request.root else "/app",
        "process_types": processes,
        "environment": environment,
        "django": None,
        "static": {},
        "volumes": {},
        "public_volumes": {},
        "migrate_key": None,
    }


def find_app(root, paths):
    """Command for the app object in app.py, main.py or wsgi.py: `app = Flask(__name__)`."""
    for file in ("wsgi.py", "app.py", "main.py"):
        tree = parse(os.path.join(root, file))
        for node in tree.body if tree else ():
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and isinstance(node.targets[0], ast.Name)
            ):
                made = getattr(node.value.func, "attr", None) or getattr(node.value.func, "id", None)
                command = FRAMEWORKS.get(made)
                if command and has(paths, command.split()[0]):
                    return "%s %s:%s" % (command, file[:-3], node.targets[0].id)
    return None


def write_gunicorn_config(paths):
    with open(os.path.join(os.path.dirname(os.path.dirname(__file__)), "gunicorn.conf.py"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(paths.slipway, "gunicorn.conf.py"), "w", encoding="utf-8") as file:
        file.write(text)
