"""Outgoing mail, from EMAIL_URL."""
from urllib.parse import parse_qsl, unquote, urlsplit


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
    url = d.environ.get("EMAIL_URL")
    if not url:
        d.leave(
            "EMAIL_HOST",
            "No mail server is known: sending fails. Name one: slipway config set EMAIL_URL=smtp://USER:PASSWORD@HOST:587/?tls=1",
        )
        return
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    ssl = parts.scheme in ("smtps", "smtp+ssl") or options.get("ssl") == "1"
    tls = not ssl and (parts.scheme == "smtp+tls" or options.get("tls") == "1" or parts.port == 587)
    why = "From the config var EMAIL_URL."
    d.set("EMAIL_HOST", parts.hostname or "localhost", why)
    d.set("EMAIL_PORT", parts.port or (465 if ssl else 587 if tls else 25), why)
    d.set("EMAIL_HOST_USER", unquote(parts.username or ""), why)
    d.set("EMAIL_HOST_PASSWORD", unquote(parts.password or ""), why)
    d.set("EMAIL_USE_TLS", tls, why)
    d.set("EMAIL_USE_SSL", ssl, why)
    # A mail server that does not answer must not hold a worker for minutes.
    d.fill("EMAIL_TIMEOUT", 15, "Django waits for ever by default.")
    if d.domains:
        sender = options.get("from") or "noreply@" + d.domains[0]
        d.fill("DEFAULT_FROM_EMAIL", sender, "Django's default is webmaster@localhost, which mail servers refuse.")
        d.fill("SERVER_EMAIL", sender, "The sender of error mails; Django's default is root@localhost.")
