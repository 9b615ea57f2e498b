"""Secret key, debugging, and what `manage.py check --deploy` asks for."""
import re
import sys

# Warnings that only TLS can answer. On plain HTTP their settings would lock people out (a secure cookie is never sent
# back), so the checks are silenced there, by name; with TLS the settings are on and nothing is silenced.
TLS_CHECKS = {
    "SECURE_HSTS_SECONDS": "security.W004",
    "SECURE_SSL_REDIRECT": "security.W008",
    "SESSION_COOKIE_SECURE": "security.W012",
    "CSRF_COOKIE_SECURE": "security.W016",
}

# Warnings about what reaches beyond the app's own hosts: the owner of the domain decides that, not the platform.
DOMAIN_CHECKS = {
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": "security.W005",
    "SECURE_HSTS_PRELOAD": "security.W021",
}
THIRTY_DAYS = 30 * 24 * 3600

# Keys as startproject wrote them before Django 3.2, without a word that they are for development.
STARTPROJECT_KEY = re.compile(r"[a-z0-9!@#$%^&*(\-_=+)]{50}")


def decide(d):
    secret_key(d)
    debug(d)
    transport(d)
    defaults_of_newer_versions(d)


def secret_key(d):
    generated = d.environ.get("SLIPWAY_SECRET_KEY")
    key = d.yours.get("SECRET_KEY")
    # Compared as text: Django takes bytes too.
    text = key.decode("latin-1") if isinstance(key, bytes) else key
    if text and text == generated:
        # Settings that read SECRET_KEY from the environment were handed the generated one, see layer.prepare.
        d.set(
            "SECRET_KEY",
            key,
            "Your settings read it from the environment, where Slipway put a key made once for this app.",
        )
    elif not generated:
        d.leave("SECRET_KEY", "The platform gave no key.")
    elif not text:
        d.set("SECRET_KEY", generated, "Your settings have none; this one was made once for this app.")
    elif text.startswith("django-insecure-"):
        d.set(
            "SECRET_KEY",
            generated,
            "Yours is the one that startproject wrote into the source, for development; this one was made once for this app.",
        )
    elif (len(text) < 50 or len(set(text)) < 5) and text not in d.environ.values():
        d.set(
            "SECRET_KEY",
            generated,
            "Yours is too short to be one, and is written in the source; this one was made once for this app.",
        )
    elif STARTPROJECT_KEY.fullmatch(text) and stands_in_source(text):
        d.set(
            "SECRET_KEY",
            generated,
            "Yours is the one that startproject wrote into the source: whoever can read that can forge sessions. This one was made once for this app.",
        )
    else:
        d.leave("SECRET_KEY")


def stands_in_source(key):
    """A loaded module has the key written in its text, rather than read from a file or the environment."""
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", {})
        if names.get("SECRET_KEY") == key and str(names.get("__file__")).endswith(".py"):
            with open(names["__file__"], encoding="utf-8", errors="replace") as file:
                if key in file.read():
                    return True
    return False


def debug(d):
    wish = d.environ.get("DEBUG", "").strip().lower()
    if not d.yours.get("DEBUG", False):
        d.leave("DEBUG", None if d.has("DEBUG") else "Off is Django's default.")
    elif wish in ("1", "true", "on", "yes"):
        d.leave("DEBUG", "The config var DEBUG asks for it. Anyone who meets an error sees your settings and source.")
    elif d.set(
        "DEBUG",
        False,
        "With it on, anyone who meets an error sees your settings and source, and memory grows with every query.",
        take_back="slipway config set DEBUG=1, for as short as you can",
    ):
        templates_debug(d)


def templates_debug(d):
    """Older projects have `'debug': DEBUG` among the options of their templates, which then are parsed anew each time."""
    templates = [dict(t) for t in d.yours.get("TEMPLATES") or []]
    followers = [t for t in templates if t.get("OPTIONS", {}).get("debug")]
    for template in followers:
        template["OPTIONS"] = {**template["OPTIONS"], "debug": False}
    if followers:
        d.set("TEMPLATES", templates, "The option 'debug' of your templates follows DEBUG.")


def transport(d):
    # The edge removes this header from what comes in, and sets it itself: it can be trusted.
    d.fill(
        "SECURE_PROXY_SSL_HEADER",
        ("HTTP_X_FORWARDED_PROTO", "https"),
        "The edge ends TLS and says so in this header, which it takes away from requests that bring it.",
    )
    silenced = []
    if d.tls:
        d.fill(
            "SESSION_COOKIE_SECURE", True, "The app is served over HTTPS alone: the session never crosses the network in clear."
        )
        d.fill("CSRF_COOKIE_SECURE", True, "The app is served over HTTPS alone.")
        d.fill("SECURE_SSL_REDIRECT", True, "The app is served over HTTPS alone: requests over HTTP are sent there.")
        stay = "The app is served over HTTPS alone: browsers that were here come back over it, for 30 days."
        if d.fill("SECURE_HSTS_SECONDS", THIRTY_DAYS, stay):
            silenced += [check for name, check in DOMAIN_CHECKS.items() if not d.has(name)]
            why = "Whether all subdomains have TLS, or browsers should be shipped with the fact, is for the owner of the domain to say."
    else:
        silenced = [check for name, check in TLS_CHECKS.items() if not d.has(name)]
        why = "These ask for HTTPS alone, and this app is served over HTTP too; after `slipway https force` Slipway sets what they ask for."
        for name in TLS_CHECKS:
            d.leave(
                name, None if d.has(name) else "Only works over HTTPS; Slipway sets it after `slipway https force`."
            )
    if silenced:
        d.set("SILENCED_SYSTEM_CHECKS", list(d.get("SILENCED_SYSTEM_CHECKS", [])) + silenced, why)


def defaults_of_newer_versions(d):
    """What later Django versions do by themselves."""
    if d.django < (3, 0):
        d.fill("SECURE_CONTENT_TYPE_NOSNIFF", True, "The default since Django 3.0.")
        d.fill("SECURE_BROWSER_XSS_FILTER", True, "Old browsers' own filter; Django's deployment check asks for it.")
        d.fill("X_FRAME_OPTIONS", "DENY", "The default since Django 3.0.")
        d.fill(
            "FILE_UPLOAD_PERMISSIONS",
            0o644,
            "The default since Django 3.0: the edge may then read every upload, not only the small ones.",
        )
    if d.django == (3, 0):
        d.fill("SECURE_REFERRER_POLICY", "same-origin", "The default since Django 3.1.")
    if (3, 2) <= d.django < (6, 0):
        d.fill(
            "DEFAULT_AUTO_FIELD", "django.db.models.AutoField", "What Django uses anyway; said aloud, it does not warn."
        )
