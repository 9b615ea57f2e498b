"""The layer for projects that assign DJANGO_SETTINGS_MODULE instead of setting a default.

`os.environ["DJANGO_SETTINGS_MODULE"] = "site.settings"` in wsgi.py overrides whatever the platform says, and the layer
would silently be off. So, for such a project only, the module named there is loaded as always and the layer is put over
it right after, by an import hook that knows that one name.
"""
import os
import sys
from importlib.machinery import PathFinder


class SettingsFinder:
    """Finds only the given modules; everything else is none of its business."""

    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name not in self.names:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LayeringLoader(spec.loader)
        return spec


class LayeringLoader:
    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        from slipway_django import layer

        layer.prepare(os.environ)
        self.loader.exec_module(module)
        yours = {name: value for name, value in vars(module).items() if name.isupper()}
        decisions = layer.over(yours, os.environ).decisions
        vars(module).update(decisions.values, slipway_decisions=decisions)

    def __getattr__(self, name):
        return getattr(self.loader, name)


def install(*names):
    sys.meta_path.insert(0, SettingsFinder(frozenset(names)))
