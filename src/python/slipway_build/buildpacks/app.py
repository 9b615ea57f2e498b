"""The app layer: /app, as the buildpacks leave it. See Heroku's Buildpack API, whose contract this keeps."""
import os
import shlex
import shutil
import subprocess

from slipway_build import certificates, facts, program, tree
from slipway_build.buildpacks.release import read_release
from slipway_build.errors import BuildError
from slipway_build.log import biggest, mask, say

HERE = os.path.dirname(os.path.abspath(__file__))
START = "/slipway/buildpacks/start"

# A buildpack's export script is sourced by whoever comes after it; this shows what it sets.
SHOW_EXPORTS = 'set -a; . "$1" >&2; env -0'


def build(request, paths):
    tree.take_and_say(request, paths)
    env_folder = write_env_folder(request, paths)
    environment = {"PATH": program.on_path(), "STACK": "slipway", "SOURCE_VERSION": "", "REQUEST_ID": "", **certificates.environment(request, paths)}
    types, variables = {}, {}
    for number, name in enumerate(request.details["buildpacks"].split("\n"), 1):
        folder = fetch(request, paths, name, number)
        detect(request, paths, name, folder, environment)
        cache = os.path.join(paths.cache, "buildpack-%d" % number)
        os.makedirs(cache, exist_ok=True)
        say("-----> %s" % name)
        must(request, paths, name, [os.path.join(folder, "bin", "compile"), paths.app, cache, env_folder], environment)
        environment = exported(folder, environment)
        # As on Heroku, the last one says how the app is run.
        types, more = release(request, paths, name, folder, environment)
        variables.update(more)
    shutil.copytree(os.path.join(HERE, "image"), os.path.join(paths.slipway, "buildpacks"))
    os.chmod(os.path.join(paths.slipway, "buildpacks", "start"), 0o755)
    processes = {**types, **request.process_types}
    say("Processes: " + "; ".join("%s: %s" % item for item in sorted(processes.items())))
    if not processes:
        raise BuildError("no_processes", "The buildpacks name no process, and there is no Procfile.", next="Add a Procfile with a line 'web: COMMAND'.")
    sizes = {"/app/" + e.name: program.folder_size(e.path) if e.is_dir() else e.stat().st_size for e in os.scandir(paths.app) if not e.is_symlink()}
    biggest(sizes, "Biggest in the app")
    facts.write(
        paths,
        process_types={name: "%s %s" % (START, shlex.quote(line)) for name, line in processes.items()},
        environment={"PATH": program.on_path(), "STACK": "slipway", **variables},
    )


def write_env_folder(request, paths):
    """One file for each config var, as bin/compile reads them."""
    folder = os.path.join(paths.tmp, "env")
    os.makedirs(folder)
    for name, value in request.config.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(value)
    return folder


def fetch(request, paths, name, number):
    """A folder of the app, or a clone."""
    if name.startswith("./"):
        return os.path.join(paths.app, name[2:])
    url, _, ref = name.partition("#")
    folder = os.path.join(paths.tmp, "buildpack-%d" % number)
    command = ["git", "clone", "--quiet", "--depth", "1", *(["--branch", ref] if ref else []), "--", url, folder]
    status, tail = program.run(request, paths, command, paths.tmp, {"GIT_TERMINAL_PROMPT": "0"})
    if status != 0:
        raise BuildError(
            "buildpack_unreachable", "The buildpack %s could not be fetched." % mask(url), why=tail[-1] if tail else None,
            next="Check its URL%s: git ls-remote %s" % (" and that it has a branch or tag %s" % ref if ref else "", mask(url)), evidence=tail,
        )  # fmt: skip
    return folder


def detect(request, paths, name, folder, environment):
    script = os.path.join(folder, "bin", "detect")
    if not os.path.isfile(script):
        raise BuildError("buildpack_invalid", "%s has no bin/detect, so it is no buildpack." % name)
    status, tail = program.run(request, paths, [script, paths.app], paths.app, environment)
    if status != 0:
        raise BuildError(
            "buildpack_not_for_this", "The buildpack %s says that it is not for this app." % name,
            why="Its bin/detect ended with status %d." % status, next="Remove it from the list, or add what it looks for.", evidence=tail,
        )  # fmt: skip


def must(request, paths, name, command, environment):
    status, tail = program.run(request, paths, command, paths.app, environment)
    if status != 0:
        raise BuildError(
            "buildpack_failed", "The buildpack %s failed." % name, why="Its bin/compile ended with status %d." % status,
            next="Its own last lines say what to mend.", evidence=tail[-20:],
        )  # fmt: skip


def exported(folder, environment):
    script = os.path.join(folder, "export")
    if not os.path.isfile(script):
        return environment
    done = subprocess.run(["/bin/bash", "-c", SHOW_EXPORTS, "export", script], env=environment, stdout=subprocess.PIPE, check=True)
    pairs = (entry.partition("=") for entry in done.stdout.decode("utf-8", "surrogateescape").split("\0") if entry)
    return {name: value for name, _, value in pairs if name not in ("_", "SHLVL", "PWD")}


def release(request, paths, name, folder, environment):
    """Default processes and config vars, of bin/release's YAML."""
    script = os.path.join(folder, "bin", "release")
    if not os.path.isfile(script):
        return {}, {}
    done = subprocess.run([script, paths.app], cwd=paths.app, env={**environment, "HOME": paths.app}, stdout=subprocess.PIPE, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise BuildError("buildpack_failed", "The buildpack %s failed." % name, why="Its bin/release ended with status %d." % done.returncode)
    read = read_release(done.stdout)
    return read.get("default_process_types", {}), read.get("config_vars", {})
