"""What a redeploy does again, and what it takes from the build before."""
import os
import struct
import sys

from support import AppBuild, write

APP = {
    "notes/__init__.py": "",
    "notes/models.py": "from django.db import models\n\nclass Note(models.Model):\n    text = models.CharField(max_length=9)\n",
    "notes/views.py": "from django.http import HttpResponse\n\ndef home(request):\n    return HttpResponse('one')\n",
    "notes/static/notes/site.css": "body { color: red }\n",
    "notes/templates/home.html": "<p>one</p>\n",
    "notes/migrations/__init__.py": "",
}


class Reuse(AppBuild):
    def setUp(self):
        super().setUp()
        self.startproject()
        write(self.source, APP)
        self.edit("mysite/settings.py", "INSTALLED_APPS = [", "INSTALLED_APPS = [\n    'notes',")
        self.append("mysite/urls.py", "\nfrom notes import views\nurlpatterns.append(path('', views.home))\n")
        self.first = self.built()

    def collected(self, name="notes/site.css", root="slipway/static"):
        with open(os.path.join(self.root, root, name), encoding="utf-8") as file:
            return file.read()

    def test_a_changed_view_or_template_starts_no_django(self):
        self.edit("notes/views.py", "one", "two")
        self.edit("notes/templates/home.html", "one", "two")
        self.assertEqual(self.built(), self.first)
        self.assertDjangoNotAsked()
        self.assertEqual(self.collected(), APP["notes/static/notes/site.css"])
        done = self.run_in_app(
            self.first, "python", "-c", "import notes.views; print(notes.views.home.__code__.co_consts)"
        )
        self.assertIn("two", done.stdout)

    def test_many_builds_in_a_row_keep_what_they_took_over(self):
        for text in "two", "three", "four":
            self.append("notes/views.py", "# %s\n" % text)
            self.built()
            self.assertDjangoNotAsked()
        self.edit("notes/static/notes/site.css", "red", "blue")
        self.built()
        self.assertIn("blue", self.collected())

    def test_a_changed_static_file_is_collected(self):
        self.edit("notes/static/notes/site.css", "red", "blue")
        facts = self.built()
        self.assertDjangoAsked()
        self.assertIn("blue", self.collected())
        self.assertEqual(facts["migrate_key"], self.first["migrate_key"])

    def test_a_new_static_file_is_collected(self):
        write(self.source, {"notes/static/notes/more.css": "p {}\n"})
        self.built()
        self.assertEqual(self.collected("notes/more.css"), "p {}\n")

    def test_a_new_static_folder_is_collected(self):
        write(self.source, {"assets/logo.svg": "<svg/>"})
        self.append("mysite/settings.py", "\nSTATICFILES_DIRS = [BASE_DIR / 'assets']\n")
        self.built()
        self.assertEqual(self.collected("logo.svg"), "<svg/>")

    def test_another_storage_collects_anew(self):
        self.append(
            "mysite/settings.py",
            "\nSTATICFILES_STORAGE = 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'\n",
        )
        self.built()
        self.assertTrue(os.path.exists(os.path.join(self.root, "slipway/static/staticfiles.json")))
        self.edit("notes/views.py", "one", "two")
        self.built()
        self.assertDjangoNotAsked()
        self.assertTrue(os.path.exists(os.path.join(self.root, "slipway/static/staticfiles.json")))

    def test_a_static_root_inside_the_app_is_taken_over_too(self):
        self.append("mysite/settings.py", "\nSTATIC_ROOT = BASE_DIR / 'out'\n")
        self.built()
        self.edit("notes/views.py", "one", "two")
        facts = self.built()
        self.assertDjangoNotAsked()
        self.assertEqual(facts["static"], {"/static/": self.root + "/app/out"})
        self.assertIn("red", self.collected(root="app/out"))

    def test_a_file_that_was_looked_for_and_is_there_now_counts(self):
        self.append("mysite/settings.py", "\ntry:\n    from .local import *\nexcept ImportError:\n    EXTRA = 'none'\n")
        self.built()
        write(self.source, {"mysite/local.py": "EXTRA = 'local'\nSTATIC_URL = '/s/'\n"})
        self.assertEqual(self.built()["static"], {"/s/": self.root + "/slipway/static"})

    def test_a_file_that_settings_read_counts(self):
        write(self.source, {"prefix.txt": "/a/"})
        self.append("mysite/settings.py", "\nSTATIC_URL = open(BASE_DIR / 'prefix.txt').read()\n")
        self.built()
        write(self.source, {"prefix.txt": "/b/"})
        self.assertEqual(list(self.built()["static"]), ["/b/"])

    def test_config_domains_and_what_lies_below_count(self):
        for change in ({"config": {"X": "1"}}, {"domains": ["other.localhost"]}, {"tls": True}, {"base": "b2"}):
            with self.subTest(change):
                self.built()
                self.built()
                self.assertDjangoNotAsked()
                self.built(**change)
                self.assertDjangoAsked()

    def test_the_key_of_migrate_changes_with_models_and_migrations_only(self):
        self.edit("notes/models.py", "max_length=9", "max_length=10")
        models = self.built()["migrate_key"]
        self.assertNotEqual(models, self.first["migrate_key"])
        write(
            self.source,
            {
                "notes/migrations/0001_initial.py": "from django.db import migrations\n\nclass Migration(migrations.Migration):\n    pass\n"
            },
        )
        migrations = self.built()["migrate_key"]
        self.assertNotEqual(migrations, models)
        self.edit("notes/migrations/0001_initial.py", "    pass", "    initial = True")
        self.assertNotEqual(self.built()["migrate_key"], migrations)
        before = self.built()["migrate_key"]
        write(self.source, {"notes/new.py": "x = 1\n"})
        self.assertEqual(self.built()["migrate_key"], before)

    def test_bytecode_of_unchanged_files_is_taken_over_and_never_checked_at_run_time(self):
        self.edit("notes/views.py", "one", "two")
        self.built()
        self.assertRegex(self.log, r"Bytecode: 1 files compiled, \d+ taken")
        for name in "notes/__pycache__/models", "notes/__pycache__/views":
            with open(os.path.join(self.root, "app", name + ".%s.pyc" % sys.implementation.cache_tag), "rb") as file:
                flags = struct.unpack("<I", file.read(8)[4:])[0]
            self.assertEqual(flags, 0b01, "hash-based and unchecked, PEP 552")


class Copying(AppBuild):
    def test_the_source_is_in_the_image_as_it_came(self):
        self.startproject()
        write(self.source, {"data/a.txt": "a"})
        os.symlink("data/a.txt", os.path.join(self.source, "link.txt"))
        os.chmod(os.path.join(self.source, "manage.py"), 0o755)
        self.built()
        app = os.path.join(self.root, "app")
        self.assertEqual(set(os.listdir(app)) - {"__pycache__"}, {"data", "link.txt", "manage.py", "mysite"})
        self.assertEqual(os.readlink(os.path.join(app, "link.txt")), "data/a.txt")
        self.assertTrue(os.access(os.path.join(app, "manage.py"), os.X_OK))
