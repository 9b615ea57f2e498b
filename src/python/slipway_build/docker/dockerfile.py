"""The build itself, its steps said as buildah says them, and what is wrong in words when one fails."""
import json
import os
import re

from slipway_build import program
from slipway_build.docker import storage
from slipway_build.errors import BuildError, disk_full
from slipway_build.image import archives, registries

STEP = re.compile(r"^(?:\[\d+/\d+\] )?STEP \d+(?:/\d+)?: (.*)")


def build(request, paths, buildah, login):
    details = request.details
    context = os.path.join(paths.below(request.source), details.get("context", ""))
    file = os.path.join(paths.below(request.source), details["dockerfile"])
    arguments = json.loads(details.get("arguments") or "{}")
    command = buildah.command(
        "build", "--isolation", "chroot", "--network", "host", "--layers", "--force-rm", "--pull", "--format", "docker",
        "--authfile", login, "--file", file, "--tag", storage.IMAGE,
        *(["--target", details["target"]] if details.get("target") else []),
        *["--build-arg=%s=%s" % pair for pair in sorted(arguments.items())],
        context,
    )
    status, tail = program.run(request, paths, command, paths.root, buildah.environment)
    if status != 0:
        raise failed(request, details["dockerfile"], tail)


def failed(request, file, tail):
    text = "\n".join(tail)
    message = archives.last_words(tail) or "buildah ended without a word."
    step = next((match[1] for match in map(STEP.match, reversed(tail)) if match), None)
    at = " at the step: %s" % step if step else ""
    if re.search(r"no space left on device|Disk quota exceeded", text, re.I):
        return disk_full("%s%s" % (message, at))
    if re.search(r"fork: (?:retry: )?Resource temporarily unavailable|can't fork|Cannot allocate memory|fork/exec .*: resource temporarily unavailable", text, re.I):
        return BuildError(
            "build_too_many_processes",
            "The build%s started more processes than a build may have, or used up its memory." % at,
            why=message,
            next="Build with fewer jobs at once (make -j2), then: slipway deploy",
            evidence=tail,
        )
    pulled = re.search(r'(?:creating build container|initializing source|pinging container registry|reading manifest).*', text)
    if pulled and re.search(r"docker://|registry|manifest", pulled[0]):
        image = re.search(r"docker://([^\s:\"]+(?::\d+)?[^\s\"\\]*?)[:\"\\]*(?:\s|$)", pulled[0])
        return registries.failed(request, image[1] if image else "the base image", tail)
    if re.search(r"dockerfile parse error|unknown instruction|Unknown flag|parse error on line|the Dockerfile .* cannot be empty|no build stage|no FROM statement", text, re.I):
        line = re.search(r"line (\d+)", text)
        where = "%s:%s" % (file, line[1]) if line else file
        return BuildError("dockerfile_invalid", "%s cannot be read%s." % (where, at), why=message, next="Correct it, then: slipway deploy", evidence=tail)
    if re.search(r"possible escaping context directory|no such file or directory|no items matching glob|not found in build context", message):
        return BuildError(
            "dockerfile_file_missing",
            "A file that %s copies is not there%s." % (file, at),
            why=message,
            next="Only what is in the source can be copied, and not what .dockerignore names; nothing outside of it. Correct the path, then: slipway deploy",
            evidence=tail,
        )
    code = re.search(r"exit status (\d+)", message)
    refused = re.search(r"Operation not permitted|Permission denied", text)
    return BuildError(
        "dockerfile_step_failed",
        "%s failed%s%s." % (file, at, " with status %s" % code[1] if code else ""),
        why=message + (" A build has no devices, cannot mount the host's file systems and cannot load modules." if refused else ""),
        next="Correct the step: the lines above it say what it wrote. Then: slipway deploy",
        evidence=tail,
    )
