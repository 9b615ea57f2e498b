"""Projects that cannot be built: each failure has a name, a place and a next step."""
import os

from support import AppBuild, write


class AppFailures(AppBuild):
    def setUp(self):
        super().setUp()
        self.startproject()

    def test_a_variable_that_settings_need_is_named(self):
        for line in (
            "import os; X = os.environ['MAPS_KEY']",
            "from decouple import config; X = config('MAPS_KEY')",
            "import environ; X = environ.Env()('MAPS_KEY')",
        ):
            with self.subTest(line):
                self.append("mysite/settings.py", "\n" + line + "\n")
                error = self.failed()
                self.assertEqual(error["id"], "settings_env_missing")
                self.assertEqual(error["next"], "slipway config set MAPS_KEY=…")
                self.edit("mysite/settings.py", "\n" + line + "\n", "")

    def test_a_missing_package_is_named_by_its_module(self):
        self.edit("mysite/settings.py", "INSTALLED_APPS = [", "INSTALLED_APPS = [\n    'rest_framework',")
        error = self.failed()
        self.assertEqual(error["id"], "module_not_found")
        self.assertEqual(error["details"], {"module": "rest_framework"})

    def test_a_syntax_error_is_told_with_file_and_line(self):
        self.append("mysite/settings.py", "\nX = (\n")
        error = self.failed()
        self.assertEqual(error["id"], "syntax_error")
        self.assertIn("mysite/settings.py", error["message"])

    def test_settings_that_raise_are_told_with_file_and_line(self):
        self.append("mysite/settings.py", "\nraise ValueError('no way')\n")
        error = self.failed()
        self.assertEqual(error["id"], "settings_failed")
        self.assertRegex(error["why"], r"mysite/settings.py:\d+: ValueError: no way")

    def test_an_app_that_cannot_be_loaded(self):
        write(self.source, {"notes/__init__.py": "", "notes/models.py": "1 / 0\n"})
        self.edit("mysite/settings.py", "INSTALLED_APPS = [", "INSTALLED_APPS = [\n    'notes',")
        error = self.failed()
        self.assertEqual(error["id"], "django_failed")
        self.assertIn("notes/models.py:1: ZeroDivisionError", error["why"])

    def test_a_static_file_that_a_stylesheet_names_and_nobody_has(self):
        write(self.source, {"assets/site.css": "body { background: url(gone.png) }\n"})
        self.append(
            "mysite/settings.py",
            "\nSTATICFILES_DIRS = [BASE_DIR / 'assets']\n"
            "STATICFILES_STORAGE = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'\n",
        )
        error = self.failed()
        self.assertEqual(error["id"], "collectstatic_failed")
        self.assertIn("gone.png", error["why"])
        self.assertEqual(self.built(config={"DISABLE_COLLECTSTATIC": "1"})["static"], {})

    def test_no_settings_at_all(self):
        self.edit("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')", "pass")
        for name in "wsgi", "asgi":
            self.edit("mysite/%s.py" % name, "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')", "")
        self.assertEqual(self.built()["django"]["settings"], "mysite.settings")
        self.edit("mysite/settings.py", "ROOT_URLCONF", "X")
        os.rename(os.path.join(self.source, "mysite/settings.py"), os.path.join(self.source, "mysite/conf.py"))
        self.assertEqual(self.failed()["id"], "settings_not_found")

    def test_a_project_that_ends_python_while_it_is_imported(self):
        self.append("mysite/settings.py", "\nimport os\nos._exit(7)\n")
        error = self.failed()
        self.assertEqual(error["id"], "settings_failed")
        self.assertIn("exit status 7", error["message"])
