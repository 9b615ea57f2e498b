"""The names that the app answers to."""


def decide(d):
    allowed(d)
    trusted_origins(d)


def allowed(d):
    yours = list(d.yours.get("ALLOWED_HOSTS", []))
    missing = [name for name in d.domains if not any(matches(name, pattern) for pattern in yours)]
    if missing:
        d.set("ALLOWED_HOSTS", yours + missing, "The app's domains%s." % (", beside yours" if yours else ""))
    else:
        d.leave("ALLOWED_HOSTS", "Covers all of the app's domains." if d.domains else None)


def matches(host, pattern):
    """As Django matches them: `*`, a name, or `.example.com` for it and all below."""
    pattern = pattern.lower()
    return (
        pattern == "*"
        or pattern == host
        or (pattern.startswith(".") and (host.endswith(pattern) or host == pattern[1:]))
    )


def trusted_origins(d):
    # Before 4.0 these were names, since then they are origins.
    origins = d.domains if d.django < (4, 0) else d.origins
    yours = list(d.yours.get("CSRF_TRUSTED_ORIGINS", []))
    missing = [o for o in origins if o not in yours]
    if missing:
        d.set("CSRF_TRUSTED_ORIGINS", yours + missing, "A form on one of the app's domains may post to another.")
    else:
        d.leave("CSRF_TRUSTED_ORIGINS")
