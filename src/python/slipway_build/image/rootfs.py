"""An image's layers, one over the other, as one folder: /rootfs, which becomes the app's layer.

umoci does it without any privilege: whoever owned a file, it is the build's user's, and so later the app's.
"""
import os
import shutil
import stat

from slipway_build.errors import BuildError
from slipway_build.image import archives
from slipway_build.log import say, size

# The platform mounts its own there, or writes them anew for each instance.
EMPTIED = ("dev", "proc", "sys", "run", "tmp", "slipway")


def unpack(request, paths, layout):
    # The files alone: a USER that the image has not got is none of its business.
    archives.run(request, paths, ["umoci", "--log=warn", "raw", "unpack", "--rootless", "--image", "%s:%s" % (layout, archives.NAME), paths.rootfs])
    shutil.rmtree(layout, ignore_errors=True)
    tidy(paths.rootfs)


def tidy(root):
    """Leaves what a layer may hold: no sockets, pipes and devices, and nothing that its owner cannot read."""
    for name in EMPTIED:
        empty(os.path.join(root, name))
    files = byte_count = 0
    dropped = []
    for folder, names, others in os.walk(root):
        for name in [*names, *others]:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            mode = stat.S_IMODE(status.st_mode)
            if stat.S_ISDIR(status.st_mode):
                if mode & 0o700 != 0o700:
                    os.chmod(path, mode | 0o700)
            elif stat.S_ISREG(status.st_mode):
                files, byte_count = files + 1, byte_count + status.st_size
                if not mode & 0o400:
                    os.chmod(path, mode | 0o400)
            elif not stat.S_ISLNK(status.st_mode):
                os.unlink(path)
                dropped.append("/" + os.path.relpath(path, root))
    if dropped:
        say("Left out, as no files: %s." % ", ".join(sorted(dropped)[:10]))
    if not files:
        raise BuildError("invalid_image", "The image has no files in it.", next="Look at it where it was made: skopeo inspect --config oci-archive:image.tar")
    say("%d files, %s." % (files, size(byte_count)))


def empty(path):
    if not os.path.lexists(path):
        return
    if os.path.islink(path) or not os.path.isdir(path):
        os.unlink(path)
    else:
        shutil.rmtree(path, onerror=make_writable)
    if os.path.basename(path) != "slipway":
        os.mkdir(path)


def make_writable(function, path, _):
    os.chmod(os.path.dirname(path), 0o700)
    if os.path.isdir(path) and not os.path.islink(path):
        os.chmod(path, 0o700)
    function(path)
