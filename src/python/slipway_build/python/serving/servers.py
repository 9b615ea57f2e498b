"""The web servers that Slipway knows how to run: for each, a command line and the files that it reads.

All listen where the edge looks for them, run as many workers as the instance's limits allow (WEB_CONCURRENCY), write no
access log (the edge has one), trust the client's address and scheme from the edge, which nobody else can reach, and end
requests that run when they are told to stop.
"""
import os
import shutil

SPEAKS = {
    "gunicorn": "wsgi",
    "uwsgi": "wsgi",
    "mod_wsgi": "wsgi",
    "waitress": "wsgi",
    "uvicorn": "asgi",
    "daphne": "asgi",
    "hypercorn": "asgi",
}
DEFAULT = {"wsgi": "gunicorn", "asgi": "uvicorn"}

FOLDER = "/slipway/server"

# A module of ours with the callable as `application`: for servers that are given nothing but a module's name, and for
# those that leave the client's address to others.
WRAPPED = "slipway_application:application"

COMMANDS = {
    "gunicorn": "gunicorn --config /slipway/server/gunicorn.conf.py {target}",
    "uwsgi": "uwsgi --ini /slipway/server/uwsgi.ini",
    "mod_wsgi": "sh /slipway/server/apache.sh",
    "waitress": "python /slipway/server/serve_waitress.py",
    "uvicorn": "uvicorn --uds $SLIPWAY_SOCKET --workers $WEB_CONCURRENCY --proxy-headers --forwarded-allow-ips '*'"
    " --no-access-log --timeout-keep-alive 75 {target}",
    "daphne": "python /slipway/server/serve_daphne.py {target}",
    "hypercorn": "hypercorn --config file:/slipway/server/hypercorn.conf.py slipway_application:application",
}
FILES = {
    "gunicorn": ("gunicorn.conf.py",),
    "uwsgi": ("uwsgi.ini", "client_address.py"),
    "mod_wsgi": ("apache.sh", "httpd.conf", "client_address.py"),
    "waitress": ("serve_waitress.py",),
    "daphne": ("serve_daphne.py",),
    "hypercorn": ("hypercorn.conf.py", "client_address.py"),
}
WRAPS = ("uwsgi", "mod_wsgi", "hypercorn")


def installed(paths, speaks, prefer=None):
    """The server for an interface that the app's packages bring, Slipway's default first."""
    order = [prefer] if prefer else []
    order += [s for s in ("gunicorn", "uvicorn", "waitress", "daphne", "hypercorn", "uwsgi") if SPEAKS[s] == speaks]
    return next((s for s in order if has(paths, s)), None)


def has(paths, server):
    program = "waitress-serve" if server == "waitress" else server
    return os.path.exists(os.path.join(os.path.dirname(paths.python), program))


def command(server, target, own_gunicorn_config=False):
    # gunicorn reads ./gunicorn.conf.py unless it is given another: a project that has one keeps it, but for the address.
    if server == "gunicorn" and own_gunicorn_config:
        return "gunicorn --bind unix:$SLIPWAY_SOCKET " + reachable(target)
    return COMMANDS[server].format(target=reachable(target))


def reachable(target):
    """What a server is told: of a function that makes the app, the module of ours that calls it."""
    return WRAPPED if target.endswith("()") else target


def write(paths, facts):
    """The files that the server of these facts reads."""
    if facts is None:
        return
    server, target = facts["server"], facts["callable"]
    folder = os.path.join(paths.slipway, "server")
    os.makedirs(folder, exist_ok=True)
    for name in FILES.get(server, ()):
        shutil.copyfile(os.path.join(os.path.dirname(__file__), name), os.path.join(folder, name))
    if server in WRAPS or server == "waitress" or target.endswith("()"):
        with open(os.path.join(folder, "slipway_application.py"), "w", encoding="utf-8") as file:
            file.write(module_of_ours(server, facts["interface"], target))
    if server == "uwsgi" and not has(paths, "uwsgi"):
        # Debian's keeps its Python in a plug-in; the one of the package index has it built in.
        path = os.path.join(folder, "uwsgi.ini")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("[uwsgi]\n", "[uwsgi]\nplugins = python3\n", 1))


def module_of_ours(server, interface, target):
    module, name = target.rstrip("()").split(":")
    lines = ['"""Made by Slipway: the app, as its server is given it."""', "from %s import %s as made" % (module, name), ""]
    made = "made()" if target.endswith("()") else "made"
    if server in WRAPS:
        lines.insert(1, "from client_address import %s" % interface)
        made = "%s(%s)" % (interface, made)
    return "\n".join([*lines, "application = %s" % made, ""])
