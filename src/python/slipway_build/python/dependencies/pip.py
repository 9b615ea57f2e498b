"""Runs pip, shows what it says, and puts its failures into words."""
import os
import re
import subprocess
import sys

from slipway_build.python.dependencies import diagnosis
from slipway_build import certificates, git
from slipway_build.log import mask, say

# Lines that say nothing to a person who reads a build log.
NOISE = re.compile(r"^\s*(Looking in (indexes|links):|Requirement already satisfied|\[notice\])")


def install(request, paths, scratch, wanted, added):
    """Installs what is wanted and what is added; in one run of pip where that is possible, as each takes half a second."""
    main = []
    if wanted.file is not None:
        main = ["-r", wanted.file]
    elif wanted.lines:
        file = os.path.join(scratch, "requirements.txt")
        with open(file, "w", encoding="utf-8") as f:
            f.write("\n".join(wanted.lines) + "\n")
        main = ["-r", file]
    extra = [requirement for requirement, _ in added.values()]
    runs = [main, extra] if wanted.hashed else [main + extra]
    folder = os.path.dirname(wanted.file) if wanted.file else scratch
    if wanted.file is None and request.file is not None:
        folder = os.path.dirname(os.path.join(scratch, "source", request.file)) if request.needs_source else scratch
    for arguments in filter(None, runs):
        status, lines = run(request, paths, scratch, wanted, arguments, folder)
        if status == 0:
            continue
        if "django" in added and diagnosis.lacks_version(lines, "Django"):
            # The index has no Django of the series that the project was made with.
            say("The package index has no %s; taking the Django that it has." % added["django"][0])
            arguments = ["Django" if a == added["django"][0] else a for a in arguments]
            status, lines = run(request, paths, scratch, wanted, arguments, folder)
        if status != 0:
            raise diagnosis.diagnose(status, lines, request)


def run(request, paths, scratch, wanted, arguments, folder):
    """Exit status and all lines; the lines are shown as they come."""
    with subprocess.Popen(
        command(request, paths, wanted) + arguments,
        env=environment(request, paths, scratch),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        lines = []
        for line in process.stdout:
            line = line.rstrip("\n").replace(paths.source + "/", "").replace(scratch + "/", "")
            lines.append(line)
            if not NOISE.match(line):
                say(line)
    return process.returncode, [mask(line) for line in lines]


def command(request, paths, wanted):
    # --retries 2: an index that cannot be reached is said within half a minute, not after five.
    arguments = [
        sys.executable,
        "-I",
        "-m",
        "pip",
        "--python",
        paths.python,
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--no-compile",
        "--no-warn-script-location",
        "--progress-bar",
        "off",
        "--retries",
        "2",
        "--timeout",
        "15",
    ]
    if request.index_url and not any(k.upper() == "PIP_INDEX_URL" for k in request.config):
        arguments += ["--index-url", request.index_url]
    # The server's own index stands for all others: where it is used, they are likely not reachable.
    if not (request.index_url or "").startswith("file:"):
        for url in wanted.extra_indexes:
            arguments += ["--extra-index-url", url]
    return arguments


def environment(request, paths, scratch):
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        **git.ENVIRONMENT,
        "PIP_CACHE_DIR": os.path.join(paths.cache, "pip"),
    }
    if not os.access(paths.cache, os.W_OK):
        environment["PIP_NO_CACHE_DIR"] = "1"
    environment.update(certificates.environment(request, paths))
    environment.update(request.config)
    return environment
