"""The client's address and scheme as the edge saw them, for servers that do not look into X-Forwarded-* themselves.

Only the edge can reach an instance, and it removes headers of these names that came from outside.
"""


def wsgi(application):
    def with_client_address(environ, start_response):
        if client := environ.get("HTTP_X_FORWARDED_FOR"):
            environ["REMOTE_ADDR"] = client.rsplit(",", 1)[-1].strip()
        if scheme := environ.get("HTTP_X_FORWARDED_PROTO"):
            environ["wsgi.url_scheme"] = scheme
        if host := environ.get("HTTP_X_FORWARDED_HOST"):
            # A socket file has no name and no port of its own.
            name, _, port = host.partition(":")
            environ["SERVER_NAME"] = name
            environ["SERVER_PORT"] = port or ("443" if environ["wsgi.url_scheme"] == "https" else "80")
        return application(environ, start_response)

    return with_client_address


def asgi(application):
    async def with_client_address(scope, receive, send):
        if scope["type"] in ("http", "websocket"):
            headers = dict(scope["headers"])
            client = headers.get(b"x-forwarded-for", b"").decode("latin-1").rsplit(",", 1)[-1].strip()
            scheme = headers.get(b"x-forwarded-proto", b"").decode("latin-1")
            if client:
                scope["client"] = (client, 0)
            if scheme:
                scope["scheme"] = {"http": "ws", "https": "wss"}.get(scheme, scheme) if scope["type"] == "websocket" else scheme
        await application(scope, receive, send)

    return with_client_address
