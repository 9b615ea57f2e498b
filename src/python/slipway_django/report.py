"""The list of settings for people: what, from where, why, and how to have it otherwise."""
import os
import re
import sys

from slipway_django.decisions import Decisions

# Settings that decide whether a site is safe and works in production, and so are shown whoever set them.
SHOWN = """
    SECRET_KEY DEBUG ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS DATABASES
    STATIC_ROOT STATIC_URL STATICFILES_STORAGE STORAGES MEDIA_ROOT MEDIA_URL
    SECURE_PROXY_SSL_HEADER SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS SECURE_HSTS_INCLUDE_SUBDOMAINS SECURE_HSTS_PRELOAD
    SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE USE_X_FORWARDED_HOST SILENCED_SYSTEM_CHECKS
    LOGGING EMAIL_BACKEND EMAIL_HOST ADMINS CACHES SESSION_ENGINE DEFAULT_AUTO_FIELD
""".split()
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|API_?KEY|PRIVATE|CREDENTIAL|DSN|(^|_)KEY$|PASS$", re.I)
MASK = "********"
LONGEST = 300


def running():
    """The list of the project that runs in this environment."""
    from django.conf import global_settings, settings

    defaults = {n: getattr(global_settings, n) for n in dir(global_settings) if n.isupper()}
    return report(decided(settings), defaults)


def decided(settings):
    """What the layer decided; where it is off, the project's settings as they are. Imports them."""
    yours = {n: getattr(settings, n) for n in dir(settings) if n.isupper() and settings.is_overridden(n)}
    module = sys.modules[os.environ["DJANGO_SETTINGS_MODULE"]]
    return getattr(module, "slipway_decisions", None) or Decisions(yours, {}, (0, 0))


def report(decisions, defaults):
    """One entry a setting: name, value, origin (yours, slipway, default), why, take_back. `defaults`: Django's own."""
    names = list(decisions.made) + [n for n in SHOWN if n not in decisions.made and (decisions.has(n) or n in defaults)]
    # Django does not allow the old and the new form of this one together.
    names = [
        n for n in names if n in decisions.made or n not in ("STORAGES", "STATICFILES_STORAGE") or decisions.has(n)
    ]
    entries = []
    for name in names:
        made = decisions.made.get(name)
        value = decisions.get(name, defaults.get(name))
        entries.append(
            {
                "name": name,
                "value": show(name, value),
                "origin": made.origin if made else "yours" if decisions.has(name) else "default",
                "why": made.why if made else None,
                "take_back": made.take_back if made else None,
            }
        )
    return entries


def show(name, value):
    text = repr(masked(name, value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def masked(name, value):
    """The value without what nobody should read over a shoulder."""
    if isinstance(value, dict):
        return {k: masked(str(k), v) for k, v in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(masked(name, v) for v in value)
    if SECRET.search(name) and value not in (None, "", [], {}) and not isinstance(value, bool):
        return MASK
    if isinstance(value, str):
        return re.sub(r"(\w+://[^/\s:@]*):[^/\s@]*@", r"\1:%s@" % MASK, value)
    return value
