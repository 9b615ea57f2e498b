"""What the names of a module stand for, as far as its text tells: WSGI and ASGI callables, and functions that make one.

Nothing is imported or run: the code may need a database, or want to start a server.
"""
import ast
import copy
import os

# What makes an app, and what kind of callable it is. Of dotted names the end counts: flask.Flask.
MAKERS = {
    "Flask": "wsgi",
    "APIFlask": "wsgi",
    "Bottle": "wsgi",
    "bottle.default_app": "wsgi",
    "default_app": "wsgi",
    "bottle.app": "wsgi",
    "make_wsgi_app": "wsgi",
    "get_wsgi_application": "wsgi",
    "wsgifunc": "wsgi",
    "falcon.App": "wsgi",
    "falcon.API": "wsgi",
    "cherrypy.Application": "wsgi",
    "falcon.asgi.App": "asgi",
    "FastAPI": "asgi",
    "Starlette": "asgi",
    "Quart": "asgi",
    "Litestar": "asgi",
    "Sanic": "asgi",
    "get_asgi_application": "asgi",
    "ProtocolTypeRouter": "asgi",
    "WsgiToAsgi": "asgi",
    "WSGIMiddleware": "asgi",
    "ASGIMiddleware": "wsgi",
}
# What wraps a callable: the outermost is the app. Whatever else takes an app (an extension, a client) is none.
WRAPPERS = {"ProxyFix", "WhiteNoise", "DebuggedApplication", "ASGIApp", "WSGIApp", "WSGIApplicationWrapper", "Sentry"}
FACTORIES = ("create_app", "make_app", "create_application", "make_application", "get_app", "build_app")
MAX_IMPORTS = 8


class Binding:
    """What a name stands for. `made` is how it was made, for people; `line` counts from 1."""

    def __init__(self, speaks, made, line, factory=False):
        self.speaks, self.made, self.line, self.factory = speaks, made, line, factory


class Module:
    """The bindings of one file."""

    def __init__(self, root, path, depth=0):
        self.root, self.path, self.depth = root, path, depth
        self.names, self.functions, self.classes, self.imports = {}, {}, {}, {}
        # Bindings that another one is made of, or serves as a part of itself.
        self.parts = set()
        tree = parse(os.path.join(root, path))
        if tree is not None:
            self.read(tree.body)

    def read(self, body):
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name] = node
                self.bind(node.name, self.of_function(node))
            elif isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            elif isinstance(node, ast.Import):
                self.imports.update((alias.asname or alias.name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                self.read_import(node)
            elif isinstance(node, ast.Assign):
                self.assign(node.targets, node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self.assign([node.target], node.value)
            elif isinstance(node, ast.Expr):
                self.note_mounted(node.value)
            elif isinstance(node, ast.If) and not is_main(node.test):
                self.read(node.body)
                self.read(node.orelse)
            elif isinstance(node, ast.Try):
                self.read(node.body)
                self.read(node.orelse)
            elif isinstance(node, ast.With):
                self.read(node.body)

    def assign(self, targets, value):
        binding = self.of(value)
        for target in targets:
            if isinstance(target, ast.Name):
                self.bind(target.id, binding)

    def bind(self, name, binding):
        if binding is not None:
            self.names[name] = binding

    def of(self, node):
        """What an expression gives; None when it is nothing to serve, as far as one can see."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute) and node.attr == "server" and isinstance(node.value, ast.Name):
            return self.of_dash(node.value.id)
        if not isinstance(node, ast.Call):
            return None
        name = dotted(node.func)
        last = name.rsplit(".", 1)[-1]
        # `App` alone says nothing, but `from falcon import App` does.
        speaks = MAKERS.get(name) or MAKERS.get(last) or MAKERS.get("%s.%s" % (self.imports.get(name), name))
        inner = [b for b in (self.names.get(n) for n in names_in(node)) if b is not None and not b.factory]
        if speaks is not None:
            self.parts.update(inner)
            return Binding(speaks, last, node.lineno)
        if inner and (last in WRAPPERS or last.endswith("Middleware")):
            self.parts.update(inner)
            return Binding(inner[0].speaks, last, node.lineno)
        made_by = self.names.get(name)
        if made_by is not None and made_by.factory:
            return Binding(made_by.speaks, made_by.made, node.lineno)
        return self.of_class(self.classes.get(name), node.lineno)

    def of_dash(self, name):
        # Dash's own object is none; its .server is the Flask app inside.
        made = self.imports.get("Dash") or self.imports.get("dash")
        return Binding("wsgi", "Dash", 0) if made is not None and name not in self.names else None

    def of_function(self, node):
        arguments = [a.arg for a in node.args.args]
        if len(arguments) == 2 and (arguments == ["environ", "start_response"] or node.name in ("app", "application")):
            return Binding("wsgi", "def %s(%s)" % (node.name, ", ".join(arguments)), node.lineno)
        if arguments == ["scope", "receive", "send"]:
            return Binding("asgi", "def %s(scope, receive, send)" % node.name, node.lineno)
        if len(arguments) > len(node.args.defaults):
            return None
        inside = copy.copy(self)
        inside.names, inside.parts = dict(self.names), set()
        for inner in ast.walk(node):
            if isinstance(inner, ast.Return) and inner.value is not None:
                returned = inside.of(inner.value)
                if returned is not None and not returned.factory:
                    return Binding(returned.speaks, returned.made, node.lineno, factory=True)
            elif isinstance(inner, ast.Assign):
                inside.assign(inner.targets, inner.value)
        return None

    def of_class(self, node, line):
        for method in node.body if node is not None else ():
            if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.name == "__call__":
                speaks = {3: "wsgi", 4: "asgi"}.get(len(method.args.args))
                return speaks and Binding(speaks, node.name, line)
        return None

    def read_import(self, node):
        for alias in node.names:
            self.imports[alias.asname or alias.name] = node.module or ""
        path = self.local_module(node)
        if path is None or self.depth >= MAX_IMPORTS:
            return
        other = Module(self.root, path, self.depth + 1)
        for alias in node.names:
            self.bind(alias.asname or alias.name, other.names.get(alias.name))

    def local_module(self, node):
        """Path of the file that `from x import y` reads from; None when it is not the app's own."""
        parts = os.path.dirname(self.path).split("/") if node.level else []
        if node.level:
            parts = [p for p in parts if p][: len([p for p in parts if p]) - node.level + 1]
        parts = [*parts, *(node.module.split(".") if node.module else [])]
        for path in ("/".join(parts) + ".py", "/".join([*parts, "__init__.py"])):
            if os.path.isfile(os.path.join(self.root, path)):
                return path
        return None

    def note_mounted(self, node):
        """`app.mount("/api", api)`: api is served by app."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("mount", "merge"):
            self.parts.update(b for b in (self.of(a) for a in node.args) if b is not None)


def parse(path):
    try:
        with open(path, "rb") as file:
            return ast.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def is_main(test):
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))


def dotted(node):
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return "%s.%s" % (before, node.attr) if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def names_in(call):
    return [
        n.id
        for argument in [*call.args, *(k.value for k in call.keywords)]
        for n in ast.walk(argument)
        if isinstance(n, ast.Name)
    ]
