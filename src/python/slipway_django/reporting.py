"""Error reports to Sentry or what speaks its protocol, when SENTRY_DSN is set and sentry-sdk installed."""


def decide(d):
    dsn = d.environ.get("SENTRY_DSN")
    if not dsn or "SENTRY_DSN" in d.keep:
        return
    try:
        import sentry_sdk
    except ImportError:
        return
    if active(sentry_sdk):
        # The project's settings started it themselves, just now.
        return
    release = d.environ.get("SLIPWAY_RELEASE")
    sentry_sdk.init(dsn=dsn, environment="production", release="%s@%s" % (d.environ.get("SLIPWAY_APP", "app"), release) if release else None)


def active(sentry_sdk):
    if hasattr(sentry_sdk, "get_client"):
        return sentry_sdk.get_client().is_active()
    return sentry_sdk.Hub.current.client is not None
