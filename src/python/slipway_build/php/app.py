"""The app layer of a PHP app: /app, the source, and /slipway/php, how Apache and php-fpm serve it."""
import os

from slipway_build import facts, tree
from slipway_build.log import biggest, say
from slipway_build.php import applications, htaccess, scripts, serving

OWN = "Slipway, for PHP"


def build(request, paths):
    # What the dependency layer brought is not the source.
    installed = request.dependencies is not None
    files = tree.take_and_say(request, paths, lambda path, name: not (installed and path == "vendor"))
    found = applications.find(request, paths)
    htaccess.convert(paths, files.sizes)
    root = request.details.get("document_root", "")
    serving.write(request, paths, root, found.volumes)
    if installed:
        scripts.run(request, paths)
    say("Served by Apache and php-fpm from %s." % os.path.join("/app", root))
    biggest(tree.by_folder(files.sizes, paths), "Biggest in the app")
    facts.write(
        paths,
        process_types={"web": serving.COMMAND, **found.processes, **request.process_types},
        environment={"PATH": "/app/vendor/bin:/usr/local/bin:/usr/bin:/bin", **serving.ENVIRONMENT},
        volumes={serving.SESSIONS_VOLUME: serving.SESSIONS, **found.volumes, **found.caches},
        origins={"processes.web.command": OWN, "volumes.%s.path" % serving.SESSIONS_VOLUME: OWN, **found.origins()},
    )
