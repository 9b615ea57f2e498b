"""Projects that take care of themselves keep every value; and what the layer does with settings packages and hard names."""
import os
import shutil

from support import AppBuild, write

STYLES = {
    "environ": """
import environ
env = environ.Env(DEBUG=(bool, False))
SECRET_KEY = env('MY_KEY')
DEBUG = env('DEBUG')
ALLOWED_HOSTS = env.list('HOSTS')
DATABASES = {'default': env.db('DATABASE_URL')}
""",
    "decouple": """
from decouple import config, Csv
import dj_database_url
SECRET_KEY = config('MY_KEY')
DEBUG = config('DEBUG', default=False, cast=bool)
ALLOWED_HOSTS = config('HOSTS', cast=Csv())
DATABASES = {'default': dj_database_url.parse(config('DATABASE_URL'), conn_max_age=99)}
""",
    "plain": """
import os
SECRET_KEY = os.environ['MY_KEY']
DEBUG = os.environ.get('DEBUG') == '1'
ALLOWED_HOSTS = os.environ['HOSTS'].split(',')
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'mine', 'HOST': 'db.example.com'}}
""",
}
REST = """
CSRF_TRUSTED_ORIGINS = ['blog.example.com']
STATIC_URL = '/assets/'
STATIC_ROOT = BASE_DIR / 'collected'
STATICFILES_STORAGE = 'whitenoise.storage.CompressedStaticFilesStorage'
MEDIA_URL, MEDIA_ROOT = '/files/', BASE_DIR / 'files'
SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS, SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = 600, True, True
LOGGING = {'version': 1, 'handlers': {'own': {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['own']}}
EMAIL_HOST = 'mail.example.com'
SILENCED_SYSTEM_CHECKS = []
"""
CONFIG = {
    "MY_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF",
    "HOSTS": "blog.example.com",
    "DATABASE_URL": "postgres://me:secret@db.example.com:5432/mine",
    "EMAIL_URL": "smtp://other.example.com",
}
# Every setting's value, as one process sees it.
DUMP = "from django.conf import settings; print({n: getattr(settings, n) for n in sorted(dir(settings)) if n.isupper() and n != 'SETTINGS_MODULE'})"


class ProjectsLeftAlone(AppBuild):
    def test_a_correct_project_has_the_same_values_with_and_without_the_layer(self):
        for name, style in STYLES.items():
            with self.subTest(name):
                self.source = os.path.join(self.root, "source")
                for folder in ("source", "app", "slipway"):
                    self.clear(folder)
                self.startproject()
                self.append("mysite/settings.py", style + REST)
                facts = self.built(config=CONFIG, domains=["blog.example.com"])
                environment = {**CONFIG, "SLIPWAY_DOMAINS": "blog.example.com", "SLIPWAY_TLS": "1"}
                layered = self.run_in_app(facts, "python", "-c", DUMP, **environment)
                alone = self.run_in_app(
                    facts, "python", "-c", DUMP, **{**environment, "DJANGO_SETTINGS_MODULE": "mysite.settings"}
                )
                self.assertEqual(layered.returncode, 0, layered.stdout)
                self.assertEqual(layered.stdout, alone.stdout)
                self.assertNotIn("slipway", set(self.origins(facts, **environment).values()))
                self.assertEqual(facts["static"], {"/assets/": self.root + "/app/collected"})
                self.assertEqual(facts["volumes"], {"media": self.root + "/app/files"})

    def clear(self, folder):
        shutil.rmtree(os.path.join(self.root, folder), ignore_errors=True)

    def test_settings_that_read_database_url_build_before_there_is_a_database(self):
        self.startproject()
        self.append(
            "mysite/settings.py", "\nimport environ\nDATABASES = {'default': environ.Env().db('DATABASE_URL')}\n"
        )
        facts = self.built()
        self.assertTrue(facts["django"]["wants_database"])
        self.assertNotIn("database.invalid", str(facts))

    def test_settings_that_read_secret_key_and_debug_find_what_production_needs(self):
        self.startproject()
        self.append(
            "mysite/settings.py",
            "\nimport os\nSECRET_KEY = os.environ['SECRET_KEY']\nDEBUG = os.environ.get('DEBUG', 'True') == 'True'\nBRANCH = 'dev' if DEBUG else 'production'\n",
        )
        facts = self.built()
        values = self.settings(facts, "SECRET_KEY", "DEBUG", "BRANCH")
        self.assertTrue(values["SECRET_KEY"].startswith("k3y-of-the-app"))
        self.assertEqual((values["DEBUG"], values["BRANCH"]), (False, "production"))

    def test_a_key_that_an_older_startproject_wrote_into_the_source_is_replaced(self):
        self.startproject()
        key = "-qj!o^8$@!&7))^77^z8(-5rp*5x=7q(736)05x$h(inkfm^1#"
        self.append("mysite/settings.py", "\nSECRET_KEY = '%s'\nTEMPLATES[0]['OPTIONS']['debug'] = DEBUG\n" % key)
        facts = self.built()
        values = self.settings(facts, "SECRET_KEY", "TEMPLATES")
        self.assertTrue(values["SECRET_KEY"].startswith("k3y-of-the-app"))
        self.assertFalse(values["TEMPLATES"][0]["OPTIONS"]["debug"])
        self.edit("mysite/settings.py", "'%s'" % key, "open(BASE_DIR / 'key.txt').read()")
        write(self.source, {"key.txt": key})
        self.assertEqual(self.settings(self.built(), "SECRET_KEY")["SECRET_KEY"], key)

    def test_debug_by_config_var_is_the_persons_wish(self):
        self.startproject()
        facts = self.built()
        self.assertTrue(self.settings(facts, "DEBUG", DEBUG="1")["DEBUG"])

    def package(self, **files):
        self.startproject()
        with open(os.path.join(self.source, "mysite/settings.py"), encoding="utf-8") as file:
            base = file.read().replace("parent.parent", "parent.parent.parent")
        os.unlink(os.path.join(self.source, "mysite/settings.py"))
        write(
            os.path.join(self.source, "mysite/settings"),
            {"base.py": base, "__init__.py": "", **{n + ".py": t for n, t in files.items()}},
        )

    def name_settings(self, module, *files):
        for file in files:
            self.edit(file, "'mysite.settings'", "'%s'" % module)

    def test_of_a_settings_package_the_production_module_is_taken(self):
        self.package(
            production="from .base import *\nWHICH = 'production'\n", dev="from .base import *\nWHICH = 'dev'\n"
        )
        self.name_settings("mysite.settings.dev", "manage.py", "mysite/wsgi.py")
        facts = self.built()
        self.assertEqual(facts["django"]["settings"], "mysite.settings.production")
        self.assertEqual(self.settings(facts, "WHICH"), {"WHICH": "production"})

    def test_what_wsgi_names_beats_what_manage_names(self):
        self.package(live="from .base import *\nWHICH = 'live'\n", dev="from .base import *\n")
        self.name_settings("mysite.settings.dev", "manage.py")
        self.name_settings("mysite.settings.live", "mysite/wsgi.py")
        self.assertEqual(self.built()["django"]["settings"], "mysite.settings.live")

    def test_a_package_that_chooses_by_itself_is_left_to(self):
        self.package(production="raise RuntimeError('not asked for')\n")
        write(self.source, {"mysite/settings/__init__.py": "from .base import *\n"})
        self.assertEqual(self.built()["django"]["settings"], "mysite.settings")

    def test_a_project_that_assigns_its_settings_module_gets_the_layer_all_the_same(self):
        self.startproject()
        for file in "manage.py", "mysite/wsgi.py":
            self.edit(
                file,
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')",
                "os.environ['DJANGO_SETTINGS_MODULE'] = 'mysite.settings'",
            )
        facts = self.built()
        self.assertEqual(facts["environment"]["DJANGO_SETTINGS_MODULE"], "mysite.settings")
        self.assertEqual(self.origins(facts)["DEBUG"], "slipway")
        done = self.run_in_app(facts, "python", "manage.py", "check", "--deploy")
        self.assertIn("System check identified no issues", done.stdout)
        code = "import mysite.wsgi; from django.conf import settings; print(settings.DEBUG, settings.ALLOWED_HOSTS)"
        self.assertIn("False ['blog.localhost']", self.run_in_app(facts, "python", "-c", code).stdout)

    def test_manage_py_may_lie_one_folder_down(self):
        self.startproject("shop", "backend")
        facts = self.built(root="backend", manage_py="backend/manage.py")
        self.assertEqual(facts["working_directory"], "/app/backend")
        self.assertEqual(self.run_in_app(facts, "python", "manage.py", "check").returncode, 0)

    def test_the_procfile_wins_name_by_name(self):
        self.startproject()
        facts = self.built(
            process_types={"web": "python manage.py runserver 0.0.0.0:$PORT", "worker": "python work.py"}
        )
        self.assertEqual(
            facts["process_types"],
            {
                "web": "python manage.py runserver 0.0.0.0:$PORT",
                "worker": "python work.py",
                "release": "python manage.py migrate --noinput",
            },
        )
        facts = self.built(process_types={"release": "./release.sh"})
        self.assertIsNone(facts["migrate_key"])

    def test_uploads_where_code_lies_get_no_volume(self):
        self.startproject()
        self.append("mysite/settings.py", "\nMEDIA_ROOT = BASE_DIR / 'mysite'\nMEDIA_URL = '/media/'\n")
        self.assertEqual(self.built()["volumes"], {})
        self.assertIn("Warning: MEDIA_ROOT", self.log)

    def test_uploads_without_a_url_are_not_made_public(self):
        self.startproject()
        self.append("mysite/settings.py", "\nMEDIA_ROOT = BASE_DIR / 'private'\n")
        facts = self.built()
        self.assertEqual((facts["volumes"], facts["public_volumes"]), ({"media": self.root + "/app/private"}, {}))
