"""Logging to standard output, where the platform collects it."""


def decide(d):
    if d.yours.get("LOGGING") or d.yours.get("LOGGING_CONFIG", "") is None:
        d.leave("LOGGING")
        return
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
