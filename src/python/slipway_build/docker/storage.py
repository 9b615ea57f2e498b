"""buildah with its layers on the app's own volume, so that the next build finds those of steps that did not change.

It runs as root of the build's own users, in which all that an image may contain can be made; outside it is nobody. RUN
steps run in a chroot of the same container: they see what the build sees, are held by its limits and its network, and
have no privilege beyond it.
"""
import json
import os
import shutil
import subprocess

from slipway_build import certificates
from slipway_build.image import archives
from slipway_build.log import say

IMAGE = "localhost/app:latest"

# When that part of the volume is in use, all layers go: which of them are old is not worth finding out.
FULL = 0.6


def open(request, paths, work):
    buildah = Buildah(request, paths, work)
    os.makedirs(buildah.store, exist_ok=True)
    if share_used(buildah.store) > FULL:
        say("The layers of earlier builds take too much room: they go, and this build makes all of its steps.")
        buildah.forget()
    elif not buildah.is_sound():
        say("The layers of earlier builds were left in disorder, by a build that was cut off: they go.")
        buildah.forget()
    return buildah


def share_used(folder):
    status = os.statvfs(folder)
    return 1 - status.f_bavail / max(1, status.f_blocks)


class Buildah:
    def __init__(self, request, paths, work):
        self.store = os.path.join(paths.cache, "layers")
        self.run = os.path.join(work, "run")
        configuration = os.path.join(work, "registries.conf")
        with io_open(configuration) as file:
            file.write(registries_conf(request))
        self.environment = {
            **archives.ENVIRONMENT,
            **certificates.environment(request, paths),
            # It is in a user namespace already; without being told it would want to make one.
            "_CONTAINERS_USERNS_CONFIGURED": "done",
            "CONTAINERS_REGISTRIES_CONF": configuration,
            "XDG_RUNTIME_DIR": self.run,
            "HOME": paths.tmp,
            "TMPDIR": paths.tmp,
        }

    def command(self, name, *arguments):
        return ["buildah", "--root", self.store, "--runroot", self.run, "--storage-driver", "overlay", name, *arguments]

    def is_sound(self):
        """Also removes the containers that a build that was cut off left."""
        return self.quiet("rm", "--all").returncode == 0 and self.quiet("images", "--quiet").returncode == 0

    def quiet(self, name, *arguments):
        return subprocess.run(self.command(name, *arguments), env=self.environment, stdin=subprocess.DEVNULL, capture_output=True)

    def config(self):
        """Docker's configuration of the image, which says more than OCI's."""
        found = self.quiet("inspect", "--type", "image", IMAGE)
        if found.returncode != 0:
            raise archives.failed(["buildah"], found.stderr.decode("utf-8", "replace").splitlines())
        image = json.loads(found.stdout)
        return image.get("Docker") or image.get("OCIv1") or {}

    def forget(self):
        shutil.rmtree(self.store, onerror=make_writable)
        os.makedirs(self.store, exist_ok=True)


def make_writable(function, path, _):
    try:
        os.chmod(os.path.dirname(path), 0o700)
        function(path)
    except OSError as error:
        say("%s stays: %s" % (path, error.strerror))


def io_open(path):
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8")


def registries_conf(request):
    """Docker Hub for names without a registry, as Docker has it."""
    lines = ['unqualified-search-registries = ["docker.io"]', 'short-name-mode = "permissive"']
    for host, login in request.registries.items():
        if login.get("plain_http"):
            # A host was checked where it was entered, so it needs no quoting in TOML.
            lines += ["[[registry]]", 'location = "%s"' % host, "insecure = true"]
    return "\n".join(lines) + "\n"
