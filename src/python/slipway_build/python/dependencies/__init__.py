"""The dependency layer: /venv with everything that the app's lock file or requirements name."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from slipway_build.python.dependencies import bytecode, locks, pip, relocate
from slipway_build.python.dependencies.additions import additions
from slipway_build.log import say, size, timed

FORMAT = 1


def build(request, paths):
    seconds = {}
    with scratch_folder(paths) as scratch:
        with timed(seconds, "venv"):
            make_venv(paths)
        site = site_packages(paths)
        source = paths.source
        if request.needs_source:
            # Building a local package writes beside it, and the source is read-only.
            source = os.path.join(scratch, "source")
            shutil.copytree(paths.source, source, symlinks=True)
        with timed(seconds, "install"):
            wanted = locks.read(request, source)
            added = additions(request, wanted.names)
            pip.install(request, paths, scratch, wanted, added)
        if request.needs_source:
            relocate.source_to_app(paths, site, source)
    with timed(seconds, "compile"):
        bytecode.compile_all(site)
    packages = installed(site)
    sizes = sizes_by_top_level(site)
    write_result(
        paths,
        {
            "format": FORMAT,
            "python": "%d.%d.%d" % sys.version_info[:3],
            "kind": request.installer,
            "packages": packages,
            "added": {name: why for name, (_, why) in added.items()},
            "bytes": sum(sizes.values()),
            "sizes": sizes,
            "seconds": seconds,
        },
    )
    total = size(sum(sizes.values()))
    say(
        "Installed %d packages, %s, in %.1f s (bytecode %.1f s)."
        % (len(packages), total, seconds["install"], seconds["compile"])
    )


def scratch_folder(paths):
    """Room for pip to unpack and compile in: on disk where there is any, as /tmp counts as memory."""
    here = paths.cache if os.access(paths.cache, os.W_OK) else paths.tmp
    return tempfile.TemporaryDirectory(prefix="build-", dir=here)


def make_venv(paths):
    """A virtual environment without pip: nothing is installed into a finished image, and pip is a tenth of it."""
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", paths.venv], check=True)
    binaries = os.path.join(paths.venv, "bin")
    for name in os.listdir(binaries):
        if name.lower().startswith("activate"):
            os.unlink(os.path.join(binaries, name))


def site_packages(paths):
    return os.path.join(paths.venv, "lib", "python%d.%d" % sys.version_info[:2], "site-packages")


def installed(site):
    """Normalized name → version of all that is in site-packages."""
    from importlib.metadata import distributions

    return dict(sorted((locks.normalize(d.metadata["Name"]), d.version) for d in distributions(path=[site])))


def sizes_by_top_level(site):
    """Folder or file in site-packages → bytes; metadata folders count with nothing worth naming, so not at all."""
    sizes = {}
    for entry in os.scandir(site):
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.endswith((".dist-info", ".egg-info")) and entry.name != "__pycache__":
                sizes[entry.name] = sum(
                    os.lstat(os.path.join(folder, name)).st_size
                    for folder, _, names in os.walk(entry.path)
                    for name in names
                )
        else:
            sizes[entry.name] = entry.stat(follow_symlinks=False).st_size
    return sizes


def write_result(paths, result):
    with open(os.path.join(paths.venv, "slipway.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
