"""Programs that a build runs, with what they say in the build's log."""
import os
import subprocess
from collections import deque

from slipway_build import certificates, git
from slipway_build.log import mask, say

TAIL = 40


def run(request, paths, command, folder, environment):
    """Returns the exit status and the last lines. Nothing of the build's own environment gets to the program."""
    say("$ " + " ".join(command))
    tail = deque(maxlen=TAIL)
    with subprocess.Popen(
        command,
        cwd=folder,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            **git.ENVIRONMENT,
            **certificates.environment(request, paths),
            **request.config,
            "HOME": paths.tmp,
            "TMPDIR": paths.tmp,
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout:
            say(line.rstrip())
            tail.append(mask(line.rstrip()))
    return process.returncode, list(tail)


def on_path(*folders):
    return ":".join([*folders, "/usr/local/bin:/usr/bin:/bin"])


def folder_size(folder):
    return sum(os.lstat(os.path.join(at, name)).st_size for at, _, names in os.walk(folder) for name in names)
