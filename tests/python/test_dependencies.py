"""Requirements and lock files of every kind, installed by the real pip from the index made of Debian's packages."""
import hashlib
import json
import os
import re
import subprocess

from support import INDEX_URL, TemporaryFolder, dependencies, write

WHEELS = os.path.join(os.environ.get("SLIPWAY_TEST_INDEX", ""), "wheels")


def wheel(project):
    """(version, sha256) of the index's wheel."""
    name = next(n for n in os.listdir(WHEELS) if n.lower().startswith(project + "-"))
    with open(os.path.join(WHEELS, name), "rb") as file:
        return name.split("-")[1], "sha256:" + hashlib.sha256(file.read()).hexdigest()


class Dependencies(TemporaryFolder):
    def built(self, kind, file=None, **request):
        result = dependencies(self.root, kind, file, **request)
        self.assertEqual(result.status, 0, result.log)
        self.log = result.log
        with open(os.path.join(self.root, "venv", "slipway.json"), encoding="utf-8") as written:
            return json.load(written)

    def failed(self, kind, file=None, **request):
        result = dependencies(self.root, kind, file, **request)
        self.assertEqual(result.status, 1, result.log)
        return result.error

    def requirements(self, text):
        write(self.source, {"requirements.txt": text})
        return "requirements", "requirements.txt"

    def run_python(self, code):
        return subprocess.run(
            [os.path.join(self.root, "venv/bin/python"), "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )

    def test_a_project_without_requirements_gets_the_django_that_made_it_or_what_there_is(self):
        result = self.built("none", manage_py="manage.py", django_version="3.2.18")
        self.assertTrue(result["packages"]["django"].startswith("3.2."))
        self.assertEqual(set(result["added"]), {"django", "gunicorn", "psycopg2-binary"})
        self.assertFalse(os.path.exists(os.path.join(self.root, "venv/bin/pip")))
        self.assertEqual(self.run_python("import django, gunicorn, psycopg2").returncode, 0)

    def test_a_series_that_the_index_lacks_is_said(self):
        self.built("none", manage_py="manage.py", django_version="9.1.2")
        self.assertIn("The package index has no Django~=9.1.0; taking the Django that it has.", self.log)

    def test_includes_and_constraints_are_read_and_nothing_is_added_twice(self):
        write(
            self.source,
            {
                "requirements/base.txt": "Django\n-c pins.txt\n",
                "requirements/pins.txt": "sqlparse>=0.1\n",
                "requirements.txt": "-r requirements/base.txt\ngunicorn  # our own\npsycopg2\n",
            },
        )
        result = self.built("requirements", "requirements.txt", manage_py="manage.py")
        self.assertEqual(result["added"], {})
        self.assertIn("psycopg2", result["packages"])

    def test_bytecode_is_there_and_is_never_checked(self):
        self.built(*self.requirements("six\n"))
        found = [
            os.path.join(f, n)
            for f, _, names in os.walk(os.path.join(self.root, "venv/lib"))
            for n in names
            if n.startswith("six.") and n.endswith(".pyc")
        ]
        with open(found[0], "rb") as file:
            self.assertEqual(file.read(8)[4], 1)

    def test_a_flask_app_gets_a_server_too(self):
        self.assertEqual(set(self.built(*self.requirements("Flask\n"))["added"]), {"gunicorn"})

    def test_pyproject(self):
        write(
            self.source,
            {
                "pyproject.toml": "[project]\nname = 'x'\ndependencies = ['six>=1', 'colorama; sys_platform == \"win32\"']\n"
            },
        )
        self.assertEqual(set(self.built("pyproject", "pyproject.toml")["packages"]), {"six"})
        write(self.source, {"pyproject.toml": "[tool.black]\nline-length = 100\n"})
        self.assertEqual(self.failed("pyproject", "pyproject.toml")["id"], "requirements_invalid")

    def test_pipfile_lock(self):
        six, itsdangerous = wheel("six"), wheel("itsdangerous")
        write(
            self.source,
            {
                "Pipfile.lock": json.dumps(
                    {
                        "_meta": {"sources": [{"url": "https://pypi.org/simple"}]},
                        "default": {
                            "six": {"version": "==" + six[0], "hashes": [six[1]]},
                            "itsdangerous": {
                                "version": "==" + itsdangerous[0],
                                "hashes": [itsdangerous[1]],
                                "markers": "python_version >= '3.7'",
                            },
                            "colorama": {
                                "version": "==9",
                                "hashes": ["sha256:00"],
                                "markers": "sys_platform == 'win32'",
                            },
                        },
                        "develop": {"pytest": {"version": "==1"}},
                    }
                )
            },
        )
        # Django's additions have no hashes, so they come in a run of their own.
        packages = self.built("pipenv", "Pipfile.lock", manage_py="manage.py")["packages"]
        self.assertLessEqual({"six", "itsdangerous", "gunicorn", "psycopg2-binary"}, set(packages))
        self.assertNotIn("colorama", packages)

    def test_poetry_lock(self):
        six, flask = wheel("six"), wheel("python_dateutil")
        lock = """
[[package]]
name = "python-dateutil"
version = "%s"
files = [{file = "x.whl", hash = "%s"}]
[package.dependencies]
six = ">=1.5"
colorama = {version = "*", markers = "sys_platform == 'win32'"}
[[package]]
name = "six"
version = "%s"
files = [{file = "x.whl", hash = "%s"}]
[[package]]
name = "colorama"
version = "9"
[[package]]
name = "pytest"
version = "9"
[metadata]
lock-version = "2.0"
""" % (
            *flask,
            *six,
        )
        write(
            self.source,
            {
                "poetry.lock": lock,
                "pyproject.toml": "[tool.poetry.dependencies]\npython = '^3.8'\npython-dateutil = '*'\n[tool.poetry.group.dev.dependencies]\npytest = '*'\n",
            },
        )
        self.assertEqual(set(self.built("poetry", "poetry.lock")["packages"]), {"python-dateutil", "six"})

    def test_uv_lock(self):
        six, dateutil = wheel("six"), wheel("python_dateutil")
        write(
            self.source,
            {
                "uv.lock": """
version = 1
[[package]]
name = "site"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "python-dateutil" }, { name = "colorama", marker = "sys_platform == 'win32'" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[[package]]
name = "python-dateutil"
version = "%s"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "six" }]
wheels = [{ url = "https://x/y.whl", hash = "%s" }]
[[package]]
name = "six"
version = "%s"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://x/y.tar.gz", hash = "%s" }
[[package]]
name = "pytest"
version = "9"
source = { registry = "https://pypi.org/simple" }
"""
                % (*dateutil, *six)
            },
        )
        self.assertEqual(set(self.built("uv", "uv.lock")["packages"]), {"python-dateutil", "six"})

    def test_a_local_package_is_installed_from_the_image_not_from_the_build(self):
        write(
            self.source,
            {
                "setup.py": "from setuptools import setup\nsetup(name='mine', version='1', py_modules=['mine'])\n",
                "mine.py": "WHERE = __file__\n",
                "requirements.txt": "-e .\n",
            },
        )
        self.built("requirements", "requirements.txt", needs_source=True)
        os.makedirs(os.path.join(self.root, "app"))
        write(os.path.join(self.root, "app"), {"mine.py": "WHERE = __file__\n"})
        self.assertEqual(self.run_python("import mine; print(mine.WHERE)").stdout.strip(), self.root + "/app/mine.py")

    def test_a_package_that_does_not_exist(self):
        error = self.failed(*self.requirements("Django\nno-such-package-anywhere\n"))
        self.assertEqual(error["id"], "package_not_found")
        self.assertIn("no-such-package-anywhere", error["message"])
        self.assertIn("requirements.txt", error["next"])

    def test_a_version_that_does_not_exist(self):
        error = self.failed(*self.requirements("six==99\n"))
        self.assertEqual(error["id"], "package_version_not_found")
        self.assertIn(wheel("six")[0], error["why"])

    def test_a_hash_that_does_not_match(self):
        error = self.failed(*self.requirements("six==%s --hash=sha256:%s\n" % (wheel("six")[0], "0" * 64)))
        self.assertEqual(error["id"], "package_hash_mismatch")
        self.assertIn("six", error["message"])

    def test_a_line_that_is_no_requirement(self):
        error = self.failed(*self.requirements("Django\n<<<<<<< HEAD\n"))
        self.assertEqual(error["id"], "requirements_invalid")

    def test_a_requirements_file_of_powershell(self):
        with open(os.path.join(self.source, "requirements.txt"), "wb") as file:
            file.write("Django\n".encode("utf-16"))
        self.assertEqual(self.failed("requirements", "requirements.txt")["id"], "requirements_invalid")

    def test_two_requirements_that_contradict_each_other(self):
        write(self.source, {"requirements.txt": "six==1.16.0\nsix==1.15.0\n"})
        self.assertEqual(self.failed("requirements", "requirements.txt")["id"], "package_conflict")

    def test_an_index_that_is_not_there(self):
        error = self.failed(*self.requirements("six\n"), index_url="http://127.0.0.1:9/simple/")
        self.assertEqual(error["id"], "index_unreachable")

    def test_the_config_var_beats_the_servers_index_and_its_password_stays_out_of_the_log(self):
        result = dependencies(
            self.root, *self.requirements("six\n"), config={"PIP_INDEX_URL": "http://me:hunter2@127.0.0.1:9/simple/"}
        )
        self.assertEqual(result.error["id"], "index_unreachable")
        self.assertNotIn("hunter2", result.log)

    def test_a_package_whose_build_wants_a_header(self):
        write(
            self.source,
            {
                "thing/setup.py": "from setuptools import setup, Extension\nsetup(name='thing', version='1', ext_modules=[Extension('thing', ['thing.c'])])\n",
                "thing/thing.c": "#include <no_such/magic.h>\n",
                "requirements.txt": "./thing\n",
            },
        )
        error = self.failed("requirements", "requirements.txt", needs_source=True)
        self.assertEqual(error["id"], "missing_system_library")
        self.assertIn("libmagic-dev", error["next"])

    def test_a_lock_file_with_conflict_marks(self):
        write(self.source, {"Pipfile.lock": "<<<<<<< HEAD\n{}"})
        self.assertEqual(self.failed("pipenv", "Pipfile.lock")["id"], "lock_file_invalid")


class Wheelhouse(TemporaryFolder):
    def test_every_link_of_the_index_leads_to_the_wheel_with_that_hash(self):
        simple = INDEX_URL[len("file://") :]
        links = 0
        for project in os.listdir(simple):
            page = os.path.join(simple, project, "index.html")
            if not os.path.exists(page):
                continue
            with open(page, encoding="utf-8") as file:
                for name, digest in re.findall(r'href="../../wheels/([^#"]+)#sha256=(\w+)"', file.read()):
                    with open(os.path.join(WHEELS, name), "rb") as wheel_file:
                        self.assertEqual(hashlib.sha256(wheel_file.read()).hexdigest(), digest)
                    links += 1
        self.assertEqual(links, len(os.listdir(WHEELS)))
