"""How Slipway runs waitress: one process, whose threads share the instance. To have it otherwise: a `web` command in
slipway.toml, such as waitress-serve --port=$PORT mysite.wsgi:application."""
import os
import signal
import sys
import threading
import time

from waitress import create_server

# The app's own folder first, as with any server that is started in it.
sys.path.insert(0, os.getcwd())
from slipway_application import application  # noqa: E402

GRACE_SECONDS = 25

server = create_server(
    application,
    unix_socket=os.environ["SLIPWAY_SOCKET"],
    # The edge, another user, connects to it.
    unix_socket_perms="666",
    # Four for each worker that the instance's memory and processors would allow.
    threads=4 * int(os.environ.get("WEB_CONCURRENCY", "2")),
    # Only the edge can reach an instance, and it removes X-Forwarded-* that came from outside.
    trusted_proxy="*",
    trusted_proxy_headers="x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port",
    clear_untrusted_proxy_headers=True,
    # Longer than the edge keeps an idle connection.
    channel_timeout=120,
    max_request_body_size=1 << 30,
    ident=None,
)


def stop(signum, frame):
    """waitress ends at once when told to; so it is told when its requests are done."""
    threading.Thread(target=end_when_idle, daemon=True).start()


def end_when_idle():
    until = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < until and any(c.requests or c.total_outbufs_len for c in list(server.active_channels.values())):
        time.sleep(0.02)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, lambda signum, frame: sys.exit(0))
server.run()
