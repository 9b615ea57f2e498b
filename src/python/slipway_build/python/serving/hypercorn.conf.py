"""How Slipway runs hypercorn. To have it otherwise: a `web` command in slipway.toml."""
import os

bind = "unix:" + os.environ["SLIPWAY_SOCKET"]
# The edge, another user, connects to the socket file.
umask = 0

# One for each processor of the instance: an ASGI worker waits for many requests at once.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))

# Longer than the edge keeps an idle connection, so that it is never this side that closes one just as a request comes.
keep_alive_timeout = 75
graceful_timeout = 25

# The edge logs every request.
accesslog = None
errorlog = "-"
