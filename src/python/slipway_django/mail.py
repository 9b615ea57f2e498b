"""Outgoing mail, from EMAIL_URL or EMAIL_HOST: the platform's relay, unless the app has a mail server of its own."""
from urllib.parse import parse_qsl, unquote, urlsplit


RELAY_HOST = "mail.slipway.internal"
RELAY = "Slipway's relay: slipway mail lists what was sent."


def decide(d):
    admins(d)
    server(d)


def admins(d):
    """Who gets a mail for every error 500."""
    addresses = [a.strip() for a in d.environ.get("ADMINS", "").split(",") if "@" in a]
    if addresses and not d.yours.get("ADMINS"):
        d.set(
            "ADMINS",
            addresses if d.django >= (6, 0) else [(a, a) for a in addresses],
            "From the config var ADMINS: they get a mail for every error.",
        )


def server(d):
    if "EMAIL_BACKEND" in d.yours or d.yours.get("EMAIL_HOST", "localhost") != "localhost":
        for name in ("EMAIL_BACKEND", "EMAIL_HOST"):
            if d.has(name):
                d.leave(name)
        return
    known = from_url(d.environ) or from_variables(d.environ)
    if known is None:
        d.leave(
            "EMAIL_HOST",
            "No mail server is known: sending fails. Name one: slipway config set EMAIL_URL=smtp://USER:PASSWORD@HOST:587/?tls=1",
        )
        return
    values, sender, source = known
    why = RELAY if values["EMAIL_HOST"] == RELAY_HOST else "From the config var %s." % source
    for name, value in values.items():
        d.set(name, value, why)
    # A mail server that does not answer must not hold a worker for minutes.
    d.fill("EMAIL_TIMEOUT", 15, "Django waits for ever by default.")
    if d.domains:
        sender = sender or d.environ.get("DEFAULT_FROM_EMAIL") or "noreply@" + d.domains[0]
        d.fill("DEFAULT_FROM_EMAIL", sender, "Django's default is webmaster@localhost, which mail servers refuse.")
        d.fill("SERVER_EMAIL", sender, "The sender of error mails; Django's default is root@localhost.")


def from_url(environ):
    url = environ.get("EMAIL_URL")
    if not url:
        return None
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    ssl = parts.scheme in ("smtps", "smtp+ssl") or options.get("ssl") == "1"
    tls = not ssl and (parts.scheme == "smtp+tls" or options.get("tls") == "1" or parts.port == 587)
    values = {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if ssl else 587 if tls else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls,
        "EMAIL_USE_SSL": ssl,
    }
    return values, options.get("from"), "EMAIL_URL"


def from_variables(environ):
    """As many hosts and tutorials name them; what they leave out follows from the port."""
    host = environ.get("EMAIL_HOST")
    if not host:
        return None
    port = environ.get("EMAIL_PORT", "")
    port = int(port) if port.isdigit() else 25
    ssl = is_on(environ, "EMAIL_USE_SSL", port == 465)
    values = {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": environ.get("EMAIL_HOST_USER", ""),
        "EMAIL_HOST_PASSWORD": environ.get("EMAIL_HOST_PASSWORD", ""),
        "EMAIL_USE_TLS": not ssl and is_on(environ, "EMAIL_USE_TLS", port == 587),
        "EMAIL_USE_SSL": ssl,
    }
    return values, None, "EMAIL_HOST"


def is_on(environ, name, otherwise):
    return environ[name].strip().lower() in ("1", "true", "yes", "on") if environ.get(name) else otherwise
