"""Commands of the user's own in a build: what slipway.toml calls hooks, and its `build`."""
import os

from slipway_build.errors import BuildError
from slipway_build.log import say


def run(request, paths, name, environment=None):
    """Runs the command of this name, where there is one, in the app's folder of the image.

    It is taken by a shell, as a line of a Procfile may be: here, in the app's own container, and nowhere else.
    """
    command = request.commands.get(name)
    if not command:
        return False
    import subprocess  # most apps have no such command

    say("%s: %s" % (name, command))
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=os.path.join(paths.app, request.root) if request.root else paths.app,
        env={**base_environment(request, paths), **(environment or {})},
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise BuildError(
            "build_command_failed",
            "The %s command of slipway.toml ended with status %d: %s" % (name, done.returncode, command),
            why="What it wrote is in the lines above.",
            next="Correct it, then: slipway deploy",
        )
    return True


def base_environment(request, paths):
    programs = [os.path.dirname(paths.python), "/usr/local/bin", "/usr/bin", "/bin"]
    environment = {"HOME": paths.tmp, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **request.config}
    environment.update(PATH=":".join(programs), SLIPWAY_BUILD="1", SLIPWAY_APP=request.app)
    return environment
