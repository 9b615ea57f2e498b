"""The source, which is laid out as /app before the build of an app begins."""
import hashlib
import os
import shutil
import stat

from slipway_build import hooks
from slipway_build.log import say, size

PIECE = 1 << 20


class Files:
    """Of a folder: path below it → size in bytes, and the paths that were left out."""

    def __init__(self):
        self.sizes, self.left_out = {}, []

    def hashes(self, folder):
        """Path → SHA-256 of the content; of a link: its target. Reads every file."""
        return {path: hash_of(os.path.join(folder, path)) for path in self.sizes}


def take_and_say(request, paths, keep=lambda path, name: True):
    """The source as the build finds it, and after it the first of the user's own commands."""
    files = look(paths.app, keep)
    say("%d files, %s." % (len(files.sizes), size(sum(files.sizes.values()))))
    hooks.run(request, paths, "pre-build")
    return files


def look(folder, keep=lambda path, name: True):
    """keep: asked of each file and folder, by its path below the folder and its name."""
    files = Files()
    look_into(folder, "", files, keep)
    return files


def look_into(folder, prefix, files, keep):
    with os.scandir(folder) as entries:
        entries = sorted(entries, key=lambda e: e.name)
    for entry in entries:
        path = prefix + entry.name
        if not keep(path, entry.name):
            files.left_out.append(path)
        elif entry.is_dir(follow_symlinks=False):
            look_into(entry.path, path + "/", files, keep)
        else:
            files.sizes[path] = entry.stat(follow_symlinks=False).st_size


def remove(folder, paths):
    for path in paths:
        path = os.path.join(folder, path)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)


def copy(source, target, files):
    for path in files.sizes:
        to = os.path.join(target, path)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy(os.path.join(source, path), to, follow_symlinks=False)


def hash_of(path):
    if stat.S_ISLNK(os.lstat(path).st_mode):
        return "link:" + os.readlink(path)
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as reader:
        while piece := reader.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def by_folder(sizes, paths):
    """Top-level folders and files of /app, and those of /slipway, with their bytes."""
    parts = {}
    for path, byte_count in sizes.items():
        name = path.split("/", 1)[0] + ("/" if "/" in path else "")
        parts["/app/" + name] = parts.get("/app/" + name, 0) + byte_count
    static = os.path.join(paths.slipway, "static")
    collected = sum(os.lstat(os.path.join(folder, n)).st_size for folder, _, names in os.walk(static) for n in names)
    if collected:
        parts["/slipway/static/"] = collected
    return parts
