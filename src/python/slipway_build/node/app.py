"""The app layer of a Node.js app: /app, the source and what its build script makes of it."""
import json
import os
import re

from slipway_build import facts, program, tree
from slipway_build.errors import BuildError
from slipway_build.log import biggest, say
from slipway_build.static.app import publish

ENVIRONMENT = {"PATH": "/app/node_modules/.bin:/usr/local/bin:/usr/bin:/bin", "NODE_ENV": "production"}

# Where build tools leave a site.
OUTPUTS = ("dist", "build", "out", "public", "_site", "www")

# `npm start`, `npm run NAME`: what npm would do with them needs no npm.
NPM = re.compile(r"\b(?:npm|yarn)\s+(?:(?:run|run-script)\s+)?([\w:.-]+)")


def build(request, paths):
    # What the dependency layer brought is not the source.
    files = tree.take_and_say(request, paths, lambda path, name: name != "node_modules")
    script = request.details.get("build")
    if script:
        run_script(request, paths, script)
    scripts = read_scripts(paths)
    processes, origins = {name: without_npm(line, scripts) for name, line in request.process_types.items()}, {}
    if "web" not in processes:
        if "start" not in request.details:
            return publish(find_output(paths), paths, os.path.join(paths.slipway, "site"))
        processes["web"] = start(request.details["start"], scripts)
        origins["processes.web.command"] = "found: start of package.json"
    say("Processes: " + "; ".join("%s: %s" % item for item in sorted(processes.items())))
    biggest(tree.by_folder(files.sizes, paths), "Biggest in the app")
    facts.write(paths, process_types=processes, environment=ENVIRONMENT, origins=origins)


def run_script(request, paths, script):
    path = program.on_path(os.path.join(paths.app, "node_modules", ".bin"))
    status, tail = program.run(
        request, paths, ["npm", "run", "--no-update-notifier", script], paths.app, {"PATH": path, "NODE_ENV": "production"}
    )
    if status != 0:
        raise BuildError(
            "build_script_failed",
            "The app's own build failed: npm run %s." % script,
            why="It ended with status %d." % status,
            next="Run the same on your machine: npm ci && npm run " + script,
            evidence=tail[-20:],
        )


def read_scripts(paths):
    try:
        with open(os.path.join(paths.app, "package.json"), encoding="utf-8") as file:
            return json.load(file).get("scripts") or {}
    except FileNotFoundError:
        return {}


def start(command, scripts):
    """What `npm start` does: the script, and what stands before it."""
    line = without_npm(command, scripts)
    return "%s && %s" % (without_npm(scripts["prestart"], scripts), line) if "prestart" in scripts else line


def without_npm(line, scripts, depth=8):
    """The command line with scripts of package.json in place of the calls of npm that run them."""

    def replace(match):
        name = match.group(1)
        if name not in scripts or depth == 0:
            return match.group(0)
        text = without_npm(scripts[name], scripts, depth - 1)
        return text if match.group(0) == line.strip() else "(%s)" % text

    return NPM.sub(replace, line.strip())


def find_output(paths):
    for name in OUTPUTS:
        if os.path.isfile(os.path.join(paths.app, name, "index.html")):
            say("The build left a site in %s/." % name)
            return os.path.join(paths.app, name)
    raise BuildError(
        "build_left_nothing",
        "The build left no site, and there is no start script.",
        why="A site is a folder with an index.html, named one of: %s." % ", ".join(OUTPUTS),
        next='Add to package.json: "scripts": { "start": "node server.js" }; or have the build write to dist/.',
    )
