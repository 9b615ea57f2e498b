"""What is to be built, as docs/build-contract.md has it."""
import json


class Request:
    """The request's fields as attributes. slipwayd has checked them; what is absent has its default."""

    def __init__(self, fields):
        dependencies = fields.get("dependencies") or {}
        details = fields.get("details") or {}
        self.kind = fields.get("kind", "python")
        self.app = fields.get("app", "app")
        self.source = fields.get("source", "/source")
        self.root = (fields.get("root") or "").strip("/")
        # What preflight found out for this kind of app alone, name → text.
        self.details = details
        self.manage_py = details.get("manage_py")
        # Null when there is nothing to install.
        self.dependencies = fields.get("dependencies")
        self.installer = dependencies.get("kind", "none")
        self.file = dependencies.get("file")
        self.needs_source = dependencies.get("needs_source", False)
        self.django_version = details.get("django_version")
        self.index_url = fields.get("index_url")
        # Of a Python app: what slipway.toml says of how it is served.
        self.server, self.wsgi, self.asgi = details.get("server"), details.get("wsgi"), details.get("asgi")
        # Name → command line: pre-build, build, post-build.
        self.commands = fields.get("commands") or {}
        self.process_types = fields.get("process_types") or {}
        self.certificates = fields.get("certificates")
        # Host → username and password, plain_http: registries of images.
        self.registries = fields.get("registries") or {}
        self.config = fields.get("config") or {}
        self.domains = fields.get("domains") or []
        self.tls = bool(fields.get("tls"))
        self.database = bool(fields.get("database"))
        self.fields = fields

    @classmethod
    def parse(cls, text):
        return cls(json.loads(text))

    @property
    def is_django(self):
        return self.manage_py is not None
