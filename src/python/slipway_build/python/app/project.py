"""What a Django project says of itself in manage.py and wsgi.py, read without running it."""
import ast
import os

from slipway_build.errors import BuildError

PRODUCTION = ("production", "prod")
DEVELOPMENT = ("local", "dev", "development", "base", "common", "defaults")


class Project:
    def __init__(self, root):
        self.root = root
        # Why these settings, for the log; modules that assign DJANGO_SETTINGS_MODULE outright.
        self.settings, self.why, self.assigned = None, None, []
        self.wsgi, self.asgi = find_module(root, "wsgi.py"), find_module(root, "asgi.py")


def read(root, config):
    project = Project(root)
    named = []
    for file in [module_file(root, m) for m in (project.wsgi, project.asgi) if m] + [os.path.join(root, "manage.py")]:
        name, assigned = settings_named_in(file)
        if name:
            named.append((name, os.path.relpath(file, root)))
            if assigned and name not in project.assigned:
                project.assigned.append(name)
    if config.get("DJANGO_SETTINGS_MODULE"):
        project.settings, project.why = (
            config["DJANGO_SETTINGS_MODULE"],
            "the config var DJANGO_SETTINGS_MODULE names it",
        )
    elif named:
        # wsgi.py before manage.py: it is what runs in production, while manage.py is made for the developer.
        project.settings, file = named[0]
        project.why = "%s names it" % file
        prefer_production(project)
    else:
        found = find_module(root, "settings.py")
        if found is None:
            raise BuildError(
                "settings_not_found",
                "Neither wsgi.py nor manage.py says which settings to use.",
                why="Slipway reads the text of both for a line that sets DJANGO_SETTINGS_MODULE.",
                next="Name the module: slipway config set DJANGO_SETTINGS_MODULE=mysite.settings",
            )
        project.settings, project.why = found, "it is the project's only settings.py"
    return project


def prefer_production(project):
    """A settings package with a production.py: that one, where the project names a developer's, or the bare package."""
    parts = project.settings.split(".")
    package = os.path.join(project.root, *parts)
    if os.path.isdir(package):
        # The package's own __init__ may choose by itself; only an empty one does not.
        chooses = significant(os.path.join(package, "__init__.py"))
    elif parts[-1] in DEVELOPMENT and os.path.exists(os.path.join(os.path.dirname(package), "__init__.py")):
        parts, package, chooses = parts[:-1], os.path.dirname(package), False
    else:
        return
    if chooses:
        return
    for name in PRODUCTION:
        if os.path.exists(os.path.join(package, name + ".py")):
            named = project.why.replace("names it", "names " + project.settings)
            project.why = "%s, which is for development, and %s.py lies beside it" % (named, name)
            project.settings = ".".join([*parts, name])
            return


def significant(path):
    """The file has code, docstrings apart."""
    tree = parse(path)
    return tree is not None and any(
        not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)) for n in tree.body
    )


def settings_named_in(path):
    """(module, True when it is assigned rather than a default), or (None, False)."""
    tree = parse(path)
    if tree is None:
        return None, False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "setdefault" and len(node.args) == 2:
            name, value = node.args
            if constant(name) == "DJANGO_SETTINGS_MODULE" and constant(value):
                return constant(value), False
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
            index = node.targets[0].slice
            index = (
                getattr(index, "value", index) if not isinstance(index, ast.Constant) else index
            )  # Python 3.8 wraps it
            if constant(index) == "DJANGO_SETTINGS_MODULE" and constant(node.value):
                return constant(node.value), True
    return None, False


def constant(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def parse(path):
    try:
        with open(path, "rb") as file:
            return ast.parse(file.read())
    except (FileNotFoundError, SyntaxError, ValueError):
        return None


def find_module(root, file_name):
    """Dotted name of the file nearest to the root, one or two packages down; None when there is none, or more than one."""
    for depth in (1, 2):
        found = []
        for folder, folders, names in os.walk(root):
            level = 0 if folder == root else os.path.relpath(folder, root).count(os.sep) + 1
            folders[:] = [
                f for f in folders if level < depth and f.isidentifier() and f not in ("node_modules", "tests")
            ]
            if level == depth and file_name in names:
                found.append(".".join([*os.path.relpath(folder, root).split(os.sep), file_name[:-3]]))
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None


def module_file(root, module):
    return os.path.join(root, *module.split(".")) + ".py"
