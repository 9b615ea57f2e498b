"""The dependency layer: /app/vendor, as Composer installs it."""
import json
import os
import shutil

from slipway_build import git, program
from slipway_build.errors import BuildError
from slipway_build.facts import write_json_file
from slipway_build.log import biggest, say

# What Composer says, and what that means for whoever reads it.
MEANINGS = [
    ("could not be found in any version", "package_not_found", "Correct the package's name in composer.json, or add the repository that has it."),
    ("found package", "package_version_not_found", "Ask for a version that exists: composer show --all NAME"),
    ("is not present in the lock file", "lock_file_invalid", "Run: composer update --lock; then deploy again."),
    ("ext-", "php_extension_missing", "The stack lacks a PHP extension that a package asks for; the last lines say which."),
    ("could not resolve host", "index_unreachable", "This server does not reach the package's repository. Commit the vendor folder, or set the config var COMPOSER_AUTH or a mirror in composer.json."),
    ("failed to open stream", "index_unreachable", "This server does not reach the package's repository. Commit the vendor folder, or name a mirror in composer.json."),
    ("curl error", "index_unreachable", "This server does not reach the package's repository. Commit the vendor folder, or name a mirror in composer.json."),
]


def build(request, paths):
    source = paths.below(request.source)
    for name in sorted(os.listdir(source)):
        # Composer works where the app will be, so that the paths that it writes down hold there.
        copy = shutil.copytree if os.path.isdir(os.path.join(source, name)) else shutil.copyfile
        if name != "vendor":
            copy(os.path.join(source, name), os.path.join(paths.app, name))
    install(request, paths)
    vendor = os.path.join(paths.app, "vendor")
    with open(os.path.join(vendor, "composer", "installed.json"), encoding="utf-8") as file:
        packages = {one["name"]: one["version"] for one in json.load(file)["packages"]}
    write_json_file(os.path.join(vendor, "slipway.json"), {"packages": packages})
    say("Installed %d packages." % len(packages))
    biggest({name: program.folder_size(os.path.join(vendor, *name.split("/"))) for name in packages}, "Biggest of them")


def install(request, paths):
    # Scripts are the app's own and need all of it: they come later, with the app.
    command = ["composer", "install", "--no-dev", "--no-scripts", "--no-interaction", "--no-progress", "--optimize-autoloader"]
    status, tail = program.run(request, paths, command, paths.app, {"COMPOSER_HOME": os.path.join(paths.tmp, "composer"), "COMPOSER_CACHE_DIR": os.path.join(paths.cache, "composer")})  # fmt: skip
    if status != 0:
        raise failure(tail)


def failure(tail):
    private = git.refused(tail)
    if private is not None:
        return private
    text = "\n".join(tail)
    for sign, id, next_step in MEANINGS:
        if sign in text.lower():
            why = next((line.strip() for line in tail if sign in line.lower()), None)
            return BuildError(id, "Composer could not install the app's packages.", why=why, next=next_step, evidence=tail[-20:])
    return BuildError(
        "composer_failed", "Composer could not install the app's packages.", next="Run the same on your machine: composer install --no-dev", evidence=tail[-20:]
    )  # fmt: skip

