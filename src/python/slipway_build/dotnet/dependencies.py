"""The dependency layer: /nuget, with the packages that the projects refer to."""
import os
import shutil

from slipway_build import program
from slipway_build.dotnet import sdk
from slipway_build.errors import BuildError
from slipway_build.facts import write_json_file
from slipway_build.log import biggest, say


def build(request, paths):
    source = sdk.copy_folder(paths)
    shutil.copytree(paths.below(request.source), source)
    packages = paths.below(sdk.PACKAGES)
    os.makedirs(packages, exist_ok=True)
    status, tail = sdk.run(
        request, paths, ["restore", request.details["project"], "--packages", packages], source,
        NUGET_HTTP_CACHE_PATH=os.path.join(paths.cache, "nuget"),
    )  # fmt: skip
    if status != 0:
        raise failure(tail)
    found, sizes = {}, {}
    for name in sorted(os.listdir(packages)):
        versions = sorted(os.listdir(os.path.join(packages, name)))
        found[name] = ", ".join(versions)
        sizes[name] = program.folder_size(os.path.join(packages, name))
    write_json_file(os.path.join(packages, "slipway.json"), {"packages": found})
    say("Restored %d packages." % len(found))
    biggest(sizes, "Biggest of them")


def failure(tail):
    text = "\n".join(tail)
    for code, id, next_step in (
        ("NU1101", "package_not_found", "Correct the package's name, or name its feed in nuget.config."),
        ("NU1102", "package_version_not_found", "Ask for a version that the feed has."),
        ("NU1004", "lock_file_invalid", "Run dotnet restore, commit packages.lock.json, and deploy again."),
        ("NU1301", "index_unreachable", "This server does not reach the feed: name one that it reaches in nuget.config."),
    ):
        if code in text:
            return BuildError(id, "The app's packages could not be restored.", why=sdk.errors(tail)[0], next=next_step, evidence=sdk.errors(tail))
    return BuildError(
        "restore_failed", "The app's packages could not be restored.", why=sdk.errors(tail)[0] if tail else None,
        next="Run the same on your machine: dotnet restore", evidence=sdk.errors(tail),
    )  # fmt: skip
