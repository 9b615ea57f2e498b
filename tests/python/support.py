"""Builds of real folders by the real command, below a temporary root instead of /."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PLATFORM = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "src", "python")
CLEAN = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
INDEX_URL = "file://%s/simple/" % os.environ.get("SLIPWAY_TEST_INDEX")
LAYER = os.environ.get("SLIPWAY_TEST_LAYER", "")
REQUIREMENTS = (
    "Django\ngunicorn\npsycopg2-binary\ndjango-environ\npython-decouple\ndj-database-url\nwhitenoise\nFlask\n"
)

COMMAND = """
import sys
sys.path.insert(0, sys.argv[1])
from slipway_build.command import main
from slipway_build.paths import Paths
paths = Paths(sys.argv[2], sys.argv[4] or None)
if sys.argv[4]:
    paths.venv = sys.argv[4].rsplit("/bin/", 1)[0]
sys.exit(main([sys.argv[3]], paths=paths))
"""


class Result:
    def __init__(self, status, log):
        self.status, self.log = status, log
        last = log.rstrip().rsplit("\n", 1)[-1]
        self.error = json.loads(last[len("SLIPWAY-ERROR ") :]) if last.startswith("SLIPWAY-ERROR ") else None


def lay_out(root, source):
    """/app as the runner lays it out for the build of an app; what a dependency layer put there is below it."""
    app = os.path.join(root, "app")
    os.makedirs(app, exist_ok=True)
    shutil.copytree(os.path.join(root, source.lstrip("/")), app, symlinks=True, dirs_exist_ok=True)


def slipway_build(command, root, request, python=""):
    """Runs a build as a container would: own process, request in the environment."""
    if command == "app" and request.get("kind") != "dotnet":
        lay_out(root, request.get("source", "/source"))
    details = {name: request[name] for name in ("manage_py", "django_version") if request.get(name)}
    request = {"kind": "python", "details": details, **request}
    done = subprocess.run(
        [sys.executable, "-I", "-c", COMMAND, PLATFORM, root, command, python],
        env={**CLEAN, "SLIPWAY_BUILD_REQUEST": json.dumps(request)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    return Result(done.returncode, done.stdout)


def dependencies(root, kind, file=None, **request):
    for folder in ("source", "build/cache", "tmp"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    request = {
        "index_url": INDEX_URL,
        "dependencies": {"kind": kind, "file": file, "needs_source": request.pop("needs_source", False)},
        **request,
    }
    return slipway_build("dependencies", root, request)


def prepare_layer():
    """The virtual environment that the tests of app builds share; made anew when the index changed."""
    made_of = os.path.join(LAYER, "made-of.txt")
    with open(os.path.join(os.environ["SLIPWAY_TEST_INDEX"], "made-of.txt"), encoding="utf-8") as file:
        state = file.read() + REQUIREMENTS
    if os.path.exists(made_of) and open(made_of, encoding="utf-8").read() == state:
        return
    shutil.rmtree(LAYER, ignore_errors=True)
    write(os.path.join(LAYER, "source"), {"requirements.txt": REQUIREMENTS})
    result = dependencies(LAYER, "requirements", "requirements.txt", manage_py="manage.py")
    if result.status != 0:
        sys.exit(result.log)
    with open(made_of, "w", encoding="utf-8") as file:
        file.write(state)


def venv_program(name):
    return os.path.join(LAYER, "venv", "bin", name)


def write(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


class TemporaryFolder(unittest.TestCase):
    def setUp(self):
        self.root = os.path.realpath(tempfile.mkdtemp(prefix="slipway-test-"))
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.source = os.path.join(self.root, "source")
        os.makedirs(self.source)
        os.makedirs(os.path.join(self.root, "tmp"))


class AppBuild(TemporaryFolder):
    """An app's builds, each seeing its predecessor."""

    def startproject(self, name="mysite", where="."):
        os.makedirs(os.path.join(self.source, where), exist_ok=True)
        subprocess.run(
            [venv_program("django-admin"), "startproject", name, os.path.join(self.source, where)],
            env=CLEAN,
            check=True,
        )

    def edit(self, path, old, new):
        path = os.path.join(self.source, path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        assert old in text, "%r is not in %s" % (old, path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))

    def append(self, path, text):
        with open(os.path.join(self.source, path), "a", encoding="utf-8") as file:
            file.write(text)

    def build(self, **request):
        previous = os.path.join(self.root, "build", "previous")
        shutil.rmtree(previous, ignore_errors=True)
        if os.path.exists(os.path.join(self.root, "slipway", "facts.json")):
            os.makedirs(previous)
            for name in ("app", "slipway"):
                os.rename(os.path.join(self.root, name), os.path.join(previous, name))
        else:
            for name in ("app", "slipway"):
                shutil.rmtree(os.path.join(self.root, name), ignore_errors=True)
        return slipway_build(
            "app",
            self.root,
            {
                "app": "blog",
                "root": "",
                "manage_py": "manage.py",
                "base": "b1",
                "config": {},
                "domains": ["blog.localhost"],
                "tls": False,
                "database": True,
                "process_types": {},
                **request,
            },
            venv_program("python"),
        )

    def built(self, **request):
        """As build, for builds that are to succeed; returns the facts."""
        result = self.build(**request)
        self.assertEqual(result.status, 0, result.log)
        self.log = result.log
        with open(os.path.join(self.root, "slipway", "facts.json"), encoding="utf-8") as file:
            return json.load(file)

    def assertDjangoAsked(self):
        self.assertNotIn("kept what the last build found", self.log)

    def assertDjangoNotAsked(self):
        self.assertIn("kept what the last build found", self.log)

    def failed(self, **request):
        """As build, for builds that are to fail with words; returns them."""
        result = self.build(**request)
        self.assertEqual(result.status, 1, result.log)
        return result.error

    def environment(self, facts, **more):
        """What an instance of the image would have."""
        environment = {
            **CLEAN,
            **facts["environment"],
            "SLIPWAY_DOMAINS": "blog.localhost",
            "SLIPWAY_TLS": "0",
            "SLIPWAY_SECRET_KEY": "k3y-of-the-app-that-slipway-generated-once-0123456789-abcdefghij",
            "DATABASE_URL": "sqlite:///" + os.path.join(self.root, "db.sqlite3"),
            **more,
        }
        environment["PATH"] = os.path.dirname(venv_program("python")) + ":/usr/bin:/bin"
        environment["PYTHONPATH"] = environment.get("PYTHONPATH", "").replace(
            "/slipway", os.path.join(self.root, "slipway")
        )
        return environment

    def run_in_app(self, facts, *command, **more):
        folder = os.path.join(self.root, facts["working_directory"].lstrip("/"))
        return subprocess.run(
            command,
            cwd=folder,
            env=self.environment(facts, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )

    def settings(self, facts, *names, **more):
        """Values as the running app has them."""
        code = (
            "import json; from django.conf import settings; print(json.dumps({n: getattr(settings, n) for n in %r}, default=repr))"
            % (names,)
        )
        done = self.run_in_app(facts, "python", "-c", code, **more)
        self.assertEqual(done.returncode, 0, done.stdout)
        return json.loads(done.stdout.rstrip().rsplit("\n", 1)[-1])

    def report(self, facts, **more):
        """The list of settings as the running app has them, by name."""
        done = self.run_in_app(facts, "python", "-m", "slipway_django", **more)
        self.assertEqual(done.returncode, 0, done.stdout)
        mark = "SLIPWAY-SETTING "
        entries = [json.loads(line[len(mark) :]) for line in done.stdout.splitlines() if line.startswith(mark)]
        return {entry["name"]: entry for entry in entries}

    def origins(self, facts, **more):
        return {name: entry["origin"] for name, entry in self.report(facts, **more).items()}
