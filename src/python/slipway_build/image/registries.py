"""An image in a registry. Who may read it is in the request, and goes to skopeo in a file that nobody else reads."""
import base64
import hashlib
import json
import os
import re
import subprocess

from slipway_build import certificates, program
from slipway_build.errors import BuildError, disk_full
from slipway_build.image import archives
from slipway_build.log import say


def pull(request, paths, reference, work):
    """Returns an OCI layout with the image, its digest in the registry, and its configuration as it was written."""
    login = write_logins(request, os.path.join(work, "logins.json"))
    plain = plain_http(request, reference)
    inspect = ["skopeo", "--insecure-policy", "--tmpdir", paths.tmp, "inspect", "--raw", "--authfile", login, *(["--tls-verify=false"] if plain else [])]
    environment = {**archives.ENVIRONMENT, "HOME": paths.tmp, **certificates.environment(request, paths)}
    say("$ skopeo inspect --raw docker://%s" % reference)
    manifest = subprocess.run([*inspect, "docker://" + skopeo_name(reference)], env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    if manifest.returncode != 0:
        raise failed(request, reference, manifest.stderr.decode("utf-8", "replace").splitlines())
    digest = "sha256:" + hashlib.sha256(manifest.stdout).hexdigest()
    say("Digest: %s" % digest)

    # From here on by the digest: a tag may be moved meanwhile.
    name = "docker://%s@%s" % (re.sub(r"(:[^/:@]*)?(@.*)?$", "", reference), digest)
    layout = os.path.join(work, "layout")
    options = ["--authfile", login, "--retry-times", "2", *(["--src-tls-verify=false"] if plain else [])]
    status, tail = program.run(request, paths, archives.copy(paths, name, layout, *options), paths.root, environment)
    if status != 0:
        raise failed(request, reference, tail)
    config = subprocess.run([*inspect, "--config", name], env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    os.unlink(login)
    # As the registry has it: OCI's form, which it was copied to, has no word for some of Docker's.
    return layout, digest, json.loads(config.stdout) if config.returncode == 0 else archives.config_of(layout)


def skopeo_name(reference):
    """A digest says all; with a tag beside it, skopeo refuses the name."""
    return re.sub(r":[\w.-]+(?=@sha256:)", "", reference)


def plain_http(request, reference):
    return request.registries.get(host_of(reference), {}).get("plain_http", False)


def host_of(reference):
    return reference.split("/", 1)[0]


def write_logins(request, path):
    """The form of ~/.docker/config.json, which skopeo and buildah read."""
    logins = {}
    for host, login in request.registries.items():
        if login.get("username"):
            pair = "%s:%s" % (login["username"], login["password"])
            logins[host] = {"auth": base64.b64encode(pair.encode()).decode()}
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"auths": logins}, file)
    return path


def failed(request, reference, tail):
    host, text = host_of(reference), "\n".join(tail)
    why = archives.last_words(tail)
    if "no space left on device" in text:
        return disk_full(why)
    # What registries say instead of 'no such image' to somebody who may not know which there are.
    if re.search(r"unauthorized|authentication required|\b401\b|\b403\b|denied|access to the resource is denied", text, re.I):
        known = request.registries.get(host, {}).get("username")
        say("Logged in to %s as %s." % (host, known) if known else "Not logged in to %s." % host)
        return BuildError(
            "registry_unauthorized",
            "%s does not let Slipway read %s." % (host, reference),
            why="It was asked as %s. %s" % (known, why) if known else "It was asked without a login. %s" % why,
            next="slipway registry login %s, then deploy again; or the image has another name." % host,
            evidence=tail,
        )
    if re.search(r"manifest unknown|name unknown|not found|\b404\b", text, re.I):
        return BuildError(
            "image_not_found",
            "%s has no image %s." % (host, reference),
            why=why,
            next="skopeo list-tags docker://%s lists what there is; correct the name or the tag." % re.sub(r"[:@][^/]*$", "", reference),
            evidence=tail,
        )
    if re.search(r"no image found in (?:manifest list|image index) for architecture", text):
        return BuildError(
            "image_wrong_platform",
            "%s was not made for this server's processor." % reference,
            why=why,
            next="Build it for this one too: docker buildx build --platform linux/amd64,linux/arm64 …",
            evidence=tail,
        )
    if "server gave HTTP response to HTTPS client" in text:
        return BuildError(
            "registry_without_tls",
            "%s has no TLS, and nobody said that it may be read all the same." % host,
            why=why,
            next="slipway registry login %s --plain-http" % host,
            evidence=tail,
        )
    return BuildError(
        "registry_unreachable",
        "The image %s could not be pulled." % reference,
        why=why,
        next="Does skopeo inspect docker://%s find it from here? Builds do not reach the server's own ports, where a registry beside Slipway would listen." % reference,
        evidence=tail,
    )
