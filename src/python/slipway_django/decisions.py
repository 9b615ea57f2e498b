"""One decision a setting: left as it is, or filled in; with the reason, and how to have it otherwise."""


class Decision:
    def __init__(self, name, origin, why, take_back):
        self.name, self.origin, self.why, self.take_back = name, origin, why, take_back


class Decisions:
    """What the topics look at, and what they decide."""

    def __init__(self, yours, environ, django_version):
        self.yours = yours
        self.environ = environ
        self.django = django_version
        self.domains = [d for d in environ.get("SLIPWAY_DOMAINS", "").split(",") if d]
        self.tls = environ.get("SLIPWAY_TLS") == "1"
        scheme = "https://" if self.tls else "http://"
        told = [o for o in environ.get("SLIPWAY_ORIGINS", "").split(",") if o]
        self.origins = told or [scheme + name for name in self.domains]
        self.keep = {n.strip() for n in environ.get("SLIPWAY_SETTINGS_KEEP", "").split(",")} - {""}
        self.values = {}
        self.made = {}

    def get(self, name, default=None):
        """The value as it stands now."""
        return self.values.get(name, self.yours.get(name, default))

    def has(self, name):
        """The project sets it."""
        return name in self.yours

    def set(self, name, value, why, take_back=None):
        """Slipway's value, unless SLIPWAY_SETTINGS_KEEP names the setting. True when it was set."""
        if name in self.keep:
            self.leave(name, "SLIPWAY_SETTINGS_KEEP names it.")
            return False
        self.values[name] = value
        keeping_it = "slipway config set SLIPWAY_SETTINGS_KEEP=" + ",".join(sorted(self.keep | {name}))
        self.made[name] = Decision(name, "slipway", why, take_back or keeping_it)
        return True

    def fill(self, name, value, why):
        """Slipway's value where the project sets none."""
        if self.has(name):
            self.leave(name)
            return False
        return self.set(name, value, why)

    def leave(self, name, why=None):
        """The project's own value, or Django's default where it has none."""
        self.made[name] = Decision(name, "yours" if self.has(name) else "default", why, None)
