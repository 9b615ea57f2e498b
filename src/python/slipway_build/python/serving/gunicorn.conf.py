"""How Slipway runs gunicorn. To have it otherwise: a gunicorn.conf.py of your own in the app's folder, a `web:` line in a
Procfile, or single settings with the config var GUNICORN_CMD_ARGS="--threads 8 --timeout 120"."""
import gc
import os
import sys
from importlib.util import find_spec

# A socket file spares each request the network stack; the edge finds it there.
bind = (
    "unix:" + os.environ["SLIPWAY_SOCKET"]
    if os.environ.get("SLIPWAY_SOCKET")
    else "0.0.0.0:" + os.environ.get("PORT", "8000")
)

# As many as the instance's memory and processors allow, not as many as the host has.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))

# Threads wait for the database, and for slow clients, without holding up others; and connections can be kept open.
worker_class = "gthread"
threads = 4

# The app is imported once and then forked: it boots in the time of one worker, and two workers need two thirds of the
# memory. Libraries that do not bear a fork are imported in each worker instead; the config var WEB_PRELOAD=0 does that
# for any app.
FORK_UNSAFE = ("grpc", "torch", "tensorflow", "jax")
preload_app = os.environ["WEB_PRELOAD"] != "0" if "WEB_PRELOAD" in os.environ else not any(map(find_spec, FORK_UNSAFE))

# Longer than the edge keeps an idle connection, so that it is never this side that closes one just as a request comes.
keepalive = 75

# The edge gives up on a request after 30 s without an answer; a worker that hangs is replaced a little later.
timeout = 40
graceful_timeout = 30

# The edge logs every request.
accesslog = None
errorlog = "-"

# Only the edge can reach an instance, and it removes X-Forwarded-* that came from outside.
forwarded_allow_ips = "*"


def when_ready(server):
    """The last moment before the first fork."""
    if preload_app:
        if "django.db" in sys.modules:
            # One that the import of the app opened would be shared by all workers, each answering to the others' queries.
            sys.modules["django.db"].connections.close_all()
        # What is imported stays; left alone by the collector, its memory stays shared.
        gc.collect()
        gc.freeze()


def post_worker_init(worker):
    """REMOTE_ADDR is the client's address: a socket file has none of its own, and apps want one."""
    application = worker.wsgi

    def with_client_address(environ, start_response):
        if not environ.get("REMOTE_ADDR"):
            environ["REMOTE_ADDR"] = environ.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip() or "127.0.0.1"
        return application(environ, start_response)

    worker.wsgi = with_client_address
