"""The two commands, and how each of them ends."""
import importlib
import os
import sys
import traceback

from slipway_build import hooks
from slipway_build.errors import BuildError
from slipway_build.paths import Paths
from slipway_build.request import Request


def main(arguments, environ=os.environ, paths=Paths()):
    """Exit status: 0 done, 1 failed for a reason that has words, 2 a defect of ours."""
    # The log is read line by line while the build runs, and its order must be that in which things happened.
    sys.stdout.reconfigure(line_buffering=True, encoding="utf-8", errors="replace")
    sys.stderr.reconfigure(encoding="utf-8", errors="replace")
    # umask 022: the edge, another user, reads static files.
    os.umask(0o022)
    try:
        request = Request.parse(environ["SLIPWAY_BUILD_REQUEST"])
        if arguments not in (["dependencies"], ["app"]):
            raise ValueError("expected 'dependencies' or 'app', not %r" % (arguments,))
        # Only what this build needs is loaded: it is a good part of a quick build's time.
        importlib.import_module("slipway_build.%s.%s" % (request.kind, arguments[0])).build(request, paths)
        if arguments == ["app"]:
            hooks.run(request, paths, "post-build")
        return 0
    except BuildError as e:
        print(e.line())
        return 1
    except OSError as e:
        if (full := BuildError.of_full_disk(e)) is None:
            return defect(e)
        print(full.line())
        return 1
    except Exception as e:  # the last line of defence: a defect must end as one line of JSON too
        return defect(e)


def defect(exception):
    traceback.print_exc(file=sys.stdout)
    print(
        BuildError(
            "build_defect",
            "Slipway's builder failed on this app.",
            why="%s: %s" % (type(exception).__name__, exception),
            next="This is a defect of Slipway, not of your app: please report the build log.",
        ).line()
    )
    return 2
