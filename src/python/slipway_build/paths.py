"""Where things are in a build container. Tests build elsewhere, with the same layout below another root."""
import os


class Paths:
    def __init__(self, root="/", python=None):
        def at(*parts):
            return os.path.join(root, *parts)

        self.root = root
        self.source = at("source")
        self.index = at("build", "index")
        self.cache = at("build", "cache")
        self.previous = at("build", "previous")
        self.venv = at("venv")
        self.app = at("app")
        self.slipway = at("slipway")
        self.rootfs = at("rootfs")
        self.tmp = at("tmp")
        # Volumes are mounted below it when the app runs.
        self.data = at("data")
        self.python = python or os.path.join(self.venv, "bin", "python")
        self.platform = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

    def below(self, path):
        """Where an absolute path of the request is."""
        return os.path.join(self.root, path.lstrip("/"))
