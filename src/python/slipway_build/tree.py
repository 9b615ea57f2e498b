"""The source, copied into the image and hashed on the way."""
import hashlib
import os
import stat

from slipway_build import hooks
from slipway_build.log import say, size

# Version control, and bytecode of other Pythons.
LEFT_OUT = {".git", ".hg", ".svn", "__pycache__"}
PIECE = 1 << 20


class Files:
    """Path below /app → SHA-256 of the content (of a link: its target), and → size in bytes."""

    def __init__(self):
        self.hashes, self.sizes = {}, {}


def copy_and_say(request, paths, keep=lambda path, name: True):
    files = copy(paths.below(request.source), paths.app, keep)
    say("Copied %d files, %s." % (len(files.hashes), size(sum(files.sizes.values()))))
    hooks.run(request, paths, "pre-build")
    return files


def copy(source, target, keep=lambda path, name: True):
    """keep: asked of each file and folder, by its path below the source and its name."""
    files = Files()
    copy_folder(source, target, "", files, keep)
    return files


def copy_folder(source, target, prefix, files, keep):
    os.makedirs(target, exist_ok=True)
    with os.scandir(source) as entries:
        entries = sorted(entries, key=lambda e: e.name)
    if prefix and any(e.name == "pyvenv.cfg" for e in entries):
        # A virtual environment of another machine: of no use here, and often bigger than the app.
        os.rmdir(target)
        return
    for entry in entries:
        path = prefix + entry.name
        if entry.name in LEFT_OUT or not keep(path, entry.name):
            continue
        to = os.path.join(target, entry.name)
        if entry.is_symlink():
            link = os.readlink(entry.path)
            os.symlink(link, to)
            files.hashes[path], files.sizes[path] = "link:" + link, len(link)
        elif entry.is_dir():
            copy_folder(entry.path, to, path + "/", files, keep)
        else:
            files.hashes[path], files.sizes[path] = copy_file(entry.path, to)


def copy_file(source, target):
    digest, count = hashlib.sha256(), 0
    with open(source, "rb", buffering=0) as reader:
        executable = os.fstat(reader.fileno()).st_mode & stat.S_IXUSR
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755 if executable else 0o644)
        with open(descriptor, "wb", buffering=0) as writer:
            while piece := reader.read(PIECE):
                digest.update(piece)
                view = memoryview(piece)
                while view:
                    view = view[writer.write(view) :]
                count += len(piece)
    return digest.hexdigest(), count


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
