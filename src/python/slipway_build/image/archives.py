"""An archive that was unpacked as a source is: an OCI layout, or what `docker save` writes."""
import json
import os

from slipway_build import program
from slipway_build.errors import BuildError, disk_full

NAME = "image"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def convert(request, paths, work):
    """Returns an OCI layout with the image, its digest, and its configuration as it was written."""
    source = paths.below(request.source)
    if request.details["archive"] == "docker":
        archive = os.path.join(work, "archive.tar")
        run(request, paths, ["tar", "--create", "--file", archive, "--directory", source, "."])
        origin = "docker-archive:" + archive
    else:
        name = request.details.get("name")
        origin = "oci:%s%s" % (source, ":" + name if name else "")
    layout = os.path.join(work, "layout")
    run(request, paths, copy(paths, origin, layout))
    config = read_config(request, source, layout)
    if request.details["archive"] == "docker":
        os.unlink(archive)
    return layout, manifest_digest(layout), config


def read_config(request, source, layout):
    """Docker's own, where there is one: what OCI's form has no word for (HEALTHCHECK) is lost in the other."""
    if request.details["archive"] == "docker":
        with open(os.path.join(source, "manifest.json"), encoding="utf-8") as file:
            named = json.load(file)[0]["Config"]
        path = os.path.realpath(os.path.join(source, named))
        if not path.startswith(source.rstrip("/") + "/"):
            raise BuildError("invalid_image", "manifest.json names a configuration outside of the archive: %s" % named)
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    return config_of(layout)


def config_of(layout):
    """The configuration in a layout that holds one image."""
    manifest = blob(layout, manifest_digest(layout))
    return blob(layout, manifest["config"]["digest"])


def manifest_digest(layout):
    with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
        return json.load(file)["manifests"][0]["digest"]


def blob(layout, digest):
    algorithm, _, value = digest.partition(":")
    with open(os.path.join(layout, "blobs", algorithm, value), encoding="utf-8") as file:
        return json.load(file)


def copy(paths, origin, layout, *options):
    """The command that makes an OCI layout of an image, with layers that umoci can read.

    The policy of Debian's package is to accept any image; saying so needs no file of it.
    """
    return ["skopeo", "--insecure-policy", "--tmpdir", paths.tmp, "copy", "--dest-compress", "--dest-compress-format", "gzip", *options,
            origin, "oci:%s:%s" % (layout, NAME)]


def run(request, paths, command, environment=None):
    status, tail = program.run(request, paths, command, paths.root, {**ENVIRONMENT, **(environment or {})})
    if status != 0:
        raise failed(command, tail)


def failed(command, tail):
    text = "\n".join(tail)
    if "no space left on device" in text:
        return disk_full(tail[-1])
    return BuildError(
        "invalid_image",
        "%s could not read the image." % command[0],
        why=last_words(tail),
        next="Look at it where it was made: skopeo inspect oci-archive:image.tar, or docker-archive:image.tar; then deploy again.",
        evidence=tail,
    )


def last_words(tail):
    """The message of skopeo's and buildah's last line, without time and level."""
    for line in reversed(tail):
        if line.strip():
            _, mark, message = line.partition("msg=")
            return (message if mark else line).strip('"').replace('\\"', '"').strip()
    return None
