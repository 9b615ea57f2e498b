"""Error reports to Sentry or what speaks its protocol, when SENTRY_DSN is set and sentry-sdk installed."""


def decide(d):
    dsn = d.environ.get("SENTRY_DSN")
    if not dsn:
        return
    try:
        import sentry_sdk
    except ImportError:
        d.leave(
            "SENTRY_DSN", "The config var is set, but sentry-sdk is not among your requirements: nothing is reported."
        )
        return
    if active(sentry_sdk):
        # The project's settings started it themselves, just now.
        d.leave("SENTRY_DSN", "Your settings start sentry-sdk themselves.")
        return
    if not d.set(
        "SENTRY_DSN",
        dsn,
        "Errors are reported there: the config var is set and sentry-sdk is installed, so Slipway started it.",
    ) or building(d):
        return
    release = d.environ.get("SLIPWAY_RELEASE")
    sentry_sdk.init(
        dsn=dsn,
        environment="production",
        release="%s@%s" % (d.environ.get("SLIPWAY_APP", "app"), release) if release else None,
    )


def building(d):
    """A build imports the settings too; what fails there is in the build's log."""
    return d.environ.get("SLIPWAY_BUILD") == "1"


def active(sentry_sdk):
    if hasattr(sentry_sdk, "get_client"):
        return sentry_sdk.get_client().is_active()
    return sentry_sdk.Hub.current.client is not None
