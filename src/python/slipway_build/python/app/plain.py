"""Facts of a Python app that is not a Django project."""
import os

from slipway_build import facts as defaults
from slipway_build import hooks
from slipway_build.python.serving import decide, servers

ENVIRONMENT = {
    "PATH": "/venv/bin:/usr/local/bin:/usr/bin:/bin",
    "PYTHONUNBUFFERED": "1",
    "PYTHONPATH": servers.FOLDER,
}


def facts(request, paths, root):
    hooks.run(request, paths, "build")
    processes, serving = dict(request.process_types), decide.of_plain(request, root, paths)
    if serving is not None:
        own = os.path.exists(os.path.join(root, "gunicorn.conf.py"))
        processes["web"] = servers.command(serving.server, serving.target, own)
        servers.write(paths, serving.facts())
    return {
        **defaults.DEFAULTS,
        "working_directory": os.path.join("/app", request.root) if request.root else "/app",
        "process_types": processes,
        "environment": dict(ENVIRONMENT),
        "serving": serving and serving.facts(),
        "origins": serving.origins if serving else {},
    }
