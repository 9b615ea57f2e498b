"""How Slipway runs daphne: `serve_daphne.py MODULE:NAME`. To have it otherwise: a `web` command in slipway.toml, such as
daphne -u $SLIPWAY_SOCKET mysite.asgi:application."""
import os
import signal
import sys
import time

from daphne.cli import CommandLineInterface
from daphne.http_protocol import WebRequest
from twisted.internet import reactor

GRACE_SECONDS = 25

command_line = CommandLineInterface()


def stop(signum, frame):
    """daphne cancels what runs when it is told to end; so it is told when no request runs any more."""
    until = time.monotonic() + GRACE_SECONDS

    def end_when_idle():
        running = any(
            isinstance(protocol, WebRequest) and "disconnected" not in details
            for protocol, details in command_line.server.connections.items()
        )
        if running and time.monotonic() < until:
            reactor.callLater(0.02, end_when_idle)
        elif reactor.running:
            reactor.stop()

    reactor.callFromThread(end_when_idle)


# Twisted sets its own handlers as it begins.
reactor.callWhenRunning(signal.signal, signal.SIGTERM, stop)

# verbosity 0: the edge logs every request. Only the edge can reach an instance, and it removes X-Forwarded-* that came
# from outside.
command_line.run(
    ["--unix-socket", os.environ["SLIPWAY_SOCKET"], "--proxy-headers", "--verbosity", "0", "--server-name", "", sys.argv[1]]
)
