"""Decides what serves the app. What slipway.toml says holds; the rest is found, and each decision is said."""
import os

from slipway_build.errors import BuildError
from slipway_build.log import say
from slipway_build.python.serving import callables, servers


class Serving:
    """`server` as slipway.toml names it, `speaks` wsgi or asgi, `target` module:name. `origins`: key → where it is from."""

    def __init__(self, server, speaks, target, origins):
        self.server, self.speaks, self.target, self.origins = server, speaks, target, origins

    def facts(self):
        return {"server": self.server, "interface": self.speaks, "callable": self.target}


def of_django(request, answers, project, paths):
    """Django's settings name its callables; a project with Channels, or that names an ASGI callable, wants ASGI."""
    wsgi = request.wsgi or answers["wsgi_application"] or (project.wsgi and project.wsgi + ":application")
    asgi = request.asgi or answers["asgi_application"] or (project.asgi and project.asgi + ":application")
    origins = {
        "wsgi": "WSGI_APPLICATION of the settings" if answers["wsgi_application"] else "found: the project's wsgi.py",
        "asgi": "ASGI_APPLICATION of the settings" if answers["asgi_application"] else "found: the project's asgi.py",
    }
    speaks, why = chosen(request)
    if speaks is None and asgi and (answers["channels"] or answers["asgi_application"]):
        speaks = "asgi"
        why = "INSTALLED_APPS has channels" if answers["channels"] else "the settings have ASGI_APPLICATION"
        if servers.installed(paths, "asgi") is None and wsgi and not answers["channels"]:
            say("The settings have ASGI_APPLICATION, but no ASGI server is installed: served by WSGI.")
            speaks = None
    if speaks is None:
        speaks, why = ("wsgi", "the settings name no ASGI callable") if wsgi else ("asgi", "there is no WSGI callable")
    target = asgi if speaks == "asgi" else wsgi
    if target is None:
        if request.server is None:
            return None
        raise no_callable("%s serves %s callables, and the project has none." % (request.server, speaks.upper()), speaks)
    return serving(request, paths, speaks, target, why, origins[speaks], prefer="daphne" if answers["daphne"] else None)


def of_plain(request, root, paths):
    """None when there is nothing to serve, or a process of the user's own does it."""
    if "web" in request.process_types:
        return None
    speaks, why = chosen(request)
    target = request.wsgi or request.asgi
    if target is not None:
        return serving(request, paths, speaks, target, why, "")
    notes = []
    found = of_flask_variable(request, root) or callables.find(root, notes)
    for note in notes:
        say(note)
    if found is None:
        if request.process_types and request.server is None:
            return None
        raise no_callable("Nothing in this app is a WSGI or ASGI callable, as far as its text tells.", "wsgi")
    if speaks not in (None, found.speaks):
        raise BuildError(
            "wrong_interface",
            "%s serves %s apps, and %s is a %s app." % (request.server, speaks.upper(), found.target, found.speaks.upper()),
            why="It is %s, line %d." % (found.where, found.binding.line),
            next="Choose a server that speaks %s in slipway.toml: %s"
            % (found.speaks.upper(), ", ".join(s for s, speaks in servers.SPEAKS.items() if speaks == found.speaks)),
        )
    return serving(request, paths, found.speaks, found.target, "it is %s" % found.where, "found: %s" % found.where)


def of_flask_variable(request, root):
    """Flask's own way to name the app, where somebody set it: `FLASK_APP=shop:create_app`."""
    value = request.config.get("FLASK_APP", "").strip()
    if not value:
        return None
    module, _, name = value.partition(":")
    path = (module[:-3] if module.endswith(".py") else module).replace(".", "/")
    for file in (path + ".py", path + "/__init__.py"):
        if os.path.isfile(os.path.join(root, file)):
            for one in callables.in_module(root, file, []):
                if name.rstrip("()") in ("", one.target.partition(":")[2].rstrip("()")):
                    return one
    return None


def chosen(request):
    """What slipway.toml says about the interface: by the callable's key, or by the server's nature."""
    if request.asgi or request.wsgi:
        return ("asgi" if request.asgi else "wsgi"), "slipway.toml names it"
    if request.server:
        return servers.SPEAKS[request.server], "that is what %s speaks" % request.server
    return None, None


def serving(request, paths, speaks, target, why, origin, prefer=None):
    server = request.server or servers.installed(paths, speaks, prefer)
    if server is None:
        raise BuildError(
            "server_missing",
            "%s is a %s app, and no server for those is installed." % (target, speaks.upper()),
            why="Your requirements name a server, so Slipway added none; what they name does not speak %s." % speaks.upper(),
            next='Add %s to your requirements, or write in slipway.toml: server = "%s"'
            % ((servers.DEFAULT[speaks],) * 2),
        )
    say("Serving %s (%s) by %s: %s." % (target, speaks.upper(), server, why))
    origins = {"processes.web.command": "Slipway, for %s" % server}
    if origin:
        origins[speaks] = origin
    if request.server is None:
        origins["server"] = "found: %s" % (
            "installed, and speaks %s" % speaks.upper() if server != servers.DEFAULT[speaks] else "the usual one for %s" % speaks.upper()
        )
    return Serving(server, speaks, target, origins)


def no_callable(message, speaks):
    return BuildError(
        "callable_not_found",
        message,
        why="Looked for an app object, such as app = Flask(__name__), or a function application(environ, start_response), "
        "in the modules of the app's folder and in the packages below it.",
        next='Name it in slipway.toml: %s = "module:name"; or write a Procfile with a line web: COMMAND.' % speaks,
    )
