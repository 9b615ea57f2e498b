"""Finds what a web server can serve in a Python app that does not say so."""
import os

from slipway_build.errors import BuildError
from slipway_build.python.serving.bindings import FACTORIES, Module

PURPOSE = ("wsgi.py", "asgi.py")
USUAL = ("app.py", "main.py", "application.py", "server.py", "api.py", "web.py", "index.py", "run.py")
# The names that servers look for; PEP 3333 and every tutorial have one of them.
CONVENTION = ("application", "app")
NO_APPS = ("setup.py", "manage.py", "conftest.py", "tasks.py", "celery.py", "gunicorn.conf.py", "fabfile.py", "noxfile.py")
NO_PACKAGES = ("tests", "test", "docs", "migrations", "node_modules", "venv", "env", "build", "dist")


class Found:
    """A callable: `speaks` is wsgi or asgi; `where` is for people."""

    def __init__(self, path, name, binding):
        module = path[: -len("/__init__.py")] if path.endswith("/__init__.py") else path[: -len(".py")]
        self.target = "%s:%s%s" % (module.replace("/", "."), name, "()" if binding.factory else "")
        self.speaks, self.binding = binding.speaks, binding
        self.where = "%s in %s" % (binding.made, path)


def find(root, notes):
    """The callable, or None. `notes` gets a line for each decision that could have been another.

    Files whose name says what they are for come first, then those that are usual, then any other; the first of these
    groups that has a callable decides. Two in one group are not chosen between.
    """
    for group in groups(root):
        found = [one for path in group for one in in_module(root, path, notes)]
        # wsgi.py that imports what app.py made has the same thing twice.
        different = {id(one.binding): one for one in reversed(found)}
        if len(different) > 1:
            raise ambiguous([one for one in found if different.get(id(one.binding)) is one])
        if found:
            return found[0]
    return None


def groups(root):
    here = sorted(n for n in os.listdir(root) if n.endswith(".py"))
    yield [n for n in PURPOSE if n in here]
    yield [n for n in USUAL if n in here]
    yield [n for n in here if n not in PURPOSE + USUAL + NO_APPS and not n.startswith("test_")]
    packages = sorted(
        e.name for e in os.scandir(root) if e.is_dir() and e.name.isidentifier() and e.name not in NO_PACKAGES
    )
    for names in (PURPOSE, (*USUAL, "__init__.py")):
        yield [
            "%s/%s" % (package, n) for package in packages for n in names if os.path.isfile(os.path.join(root, package, n))
        ]


def in_module(root, path, notes):
    """The callables of one file: objects before functions that make one."""
    module = Module(root, path)
    named = {n: b for n, b in module.names.items() if b not in module.parts}
    plain = {n: b for n, b in named.items() if not b.factory}
    if not plain:
        return [Found(path, n, b) for n, b in named.items() if n in FACTORIES]
    # Several names of one object: the conventional one, else the first.
    objects = {}
    for name, binding in plain.items():
        objects.setdefault(id(binding), []).append(name)
    chosen = [min(names, key=lambda n: CONVENTION.index(n) if n in CONVENTION else 9) for names in objects.values()]
    conventional = [n for n in chosen if n in CONVENTION]
    if len(chosen) > 1 and len(conventional) == 1:
        for name in chosen:
            if name not in conventional:
                notes.append(
                    "Not %s of %s: '%s' beside it has the name that web servers look for."
                    % (name, path, conventional[0])
                )
        chosen = conventional
    return [Found(path, n, plain[n]) for n in chosen]


def ambiguous(several):
    listed = " and ".join("%s (%s, line %d)" % (one.target, one.where, one.binding.line) for one in several)
    lines = " or ".join('%s = "%s"' % (one.speaks, one.target) for one in several)
    return BuildError(
        "ambiguous_callable",
        "There are %d apps that could be served: %s." % (len(several), listed),
        why="Slipway does not guess between two that are equally likely.",
        next="Say which one it is, with one line in slipway.toml: %s" % lines,
    )
