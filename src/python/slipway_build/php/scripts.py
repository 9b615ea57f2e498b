"""Composer's scripts of the app itself: what frameworks do once their packages are there."""
import json
import os

from slipway_build import program
from slipway_build.errors import BuildError

EVENTS = ("post-autoload-dump", "post-install-cmd")


def run(request, paths):
    with open(os.path.join(paths.app, "composer.json"), encoding="utf-8") as file:
        scripts = json.load(file).get("scripts") or {}
    for event in EVENTS:
        if event not in scripts:
            continue
        command = ["composer", "run-script", "--no-dev", "--no-interaction", event]
        status, tail = program.run(
            request,
            paths,
            command,
            paths.app,
            {"PATH": program.on_path(os.path.join(paths.app, "vendor", "bin")), "COMPOSER_HOME": os.path.join(paths.tmp, "composer")},
        )
        if status != 0:
            raise BuildError(
                "composer_script_failed",
                "The script %s of composer.json failed." % event,
                why="It ended with status %d." % status,
                next="Run it by hand: composer run-script --no-dev " + event,
                evidence=tail[-20:],
            )
