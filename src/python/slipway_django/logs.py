"""Logging to standard output, where the platform collects it."""

LOST = (
    "Your LOGGING prints no error of a request once DEBUG is off, so one would leave no trace in the app's log: "
    "Slipway added a handler that prints errors, and left the rest as it is."
)


def decide(d):
    if not d.yours.get("LOGGING") and d.yours.get("LOGGING_CONFIG", "") is not None:
        ours(d)
    elif d.yours.get("LOGGING") and "LOGGING_CONFIG" not in d.yours and not prints_errors(d.yours["LOGGING"]):
        d.set("LOGGING", printing_errors(d.yours["LOGGING"]), LOST)
    else:
        d.leave("LOGGING")


def ours(d):
    handlers = {"console": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}}
    django = ["console"]
    if d.get("ADMINS"):
        # As in Django's own default, which this replaces.
        handlers["mail_admins"] = {"class": "django.utils.log.AdminEmailHandler", "level": "ERROR"}
        django.append("mail_admins")
    d.set(
        "LOGGING",
        {
            "version": 1,
            "disable_existing_loggers": False,
            # No time: the platform notes when each line came.
            "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
            "handlers": handlers,
            "root": {"handlers": ["console"], "level": "INFO"},
            "loggers": {
                "django": {"handlers": django, "level": "INFO", "propagate": False},
            },
        },
        "Django's default mails errors to ADMINS and prints nothing once DEBUG is off; this prints to the app's log.",
    )


def prints_errors(logging):
    """Whether an error that Django logs for a request comes to a handler that prints it with DEBUG off."""
    loggers = logging.get("loggers", {})
    for logger in (loggers.get("django.request"), loggers.get("django"), logging.get("root") or loggers.get("")):
        if logger is None:
            continue
        if any(prints(logging, name) for name in logger.get("handlers", ())):
            return True
        if logger.get("propagate") is False:
            return False
    return False


def prints(logging, name):
    handler = logging.get("handlers", {}).get(name, {})
    if "()" in handler or "class" not in handler:
        return True  # made by code of the project's own, which knows what it does
    filters = (logging.get("filters", {}).get(f, {}) for f in handler.get("filters", ()))
    return (
        "Stream" in str(handler["class"])
        and handler.get("level") != "CRITICAL"
        and not any("RequireDebugTrue" in str(f.get("()")) for f in filters)
    )


def printing_errors(logging):
    loggers = logging.get("loggers", {})
    request = loggers.get("django.request", {})
    return {
        **logging,
        "handlers": {**logging.get("handlers", {}), "slipway": {"class": "logging.StreamHandler", "level": "ERROR"}},
        "loggers": {**loggers, "django.request": {**request, "handlers": [*request.get("handlers", ()), "slipway"]}},
    }
