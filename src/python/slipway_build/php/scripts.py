"""Composer's scripts of the app itself: what frameworks do once their packages are there."""
import json
import os
import subprocess

from slipway_build.errors import BuildError
from slipway_build.log import say

EVENTS = ("post-autoload-dump", "post-install-cmd")


def run(request, paths):
    with open(os.path.join(paths.app, "composer.json"), encoding="utf-8") as file:
        scripts = json.load(file).get("scripts") or {}
    for event in EVENTS:
        if event not in scripts:
            continue
        command = ["composer", "run-script", "--no-dev", "--no-interaction", event]
        say("$ " + " ".join(command))
        done = subprocess.run(
            command,
            cwd=paths.app,
            env={"PATH": "/app/vendor/bin:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", **request.config, "HOME": paths.tmp, "COMPOSER_HOME": paths.tmp},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        for line in done.stdout.splitlines():
            say(line)
        if done.returncode != 0:
            raise BuildError(
                "composer_script_failed",
                "The script %s of composer.json failed." % event,
                why="It ended with status %d." % done.returncode,
                next="Run it by hand: composer run-script --no-dev " + event,
                evidence=done.stdout.splitlines()[-20:],
            )
