"""The output of `django-admin startproject`, unmodified, goes to production."""
import os
import socket
import subprocess
import time

from support import AppBuild, venv_program


class UntouchedProject(AppBuild):
    def setUp(self):
        super().setUp()
        self.startproject()

    def test_facts_say_how_it_runs(self):
        facts = self.built()
        self.assertEqual(facts["working_directory"], "/app")
        self.assertEqual(
            facts["process_types"],
            {
                "web": "gunicorn --config /slipway/server/gunicorn.conf.py mysite.wsgi:application",
                "release": "python manage.py migrate --noinput",
            },
        )
        self.assertEqual(facts["static"], {"/static/": self.root + "/slipway/static"})
        self.assertEqual(facts["volumes"], {"media": "/data/media"})
        self.assertEqual(facts["public_volumes"], {"/media/": "media"})
        self.assertTrue(facts["django"]["wants_database"])
        self.assertEqual(facts["django"]["settings"], "mysite.settings")
        self.assertTrue(os.path.exists(os.path.join(self.root, "slipway/static/admin/css/base.css")))

    def test_the_deployment_check_has_no_warning(self):
        facts = self.built()
        for tls in "0", "1":
            done = self.run_in_app(facts, "python", "manage.py", "check", "--deploy", SLIPWAY_TLS=tls)
            self.assertIn("System check identified no issues", done.stdout)

    def test_only_checks_that_tls_answers_are_silenced_without_it(self):
        facts = self.built()
        self.assertEqual(
            self.settings(facts, "SILENCED_SYSTEM_CHECKS")["SILENCED_SYSTEM_CHECKS"],
            ["security.W004", "security.W008", "security.W012", "security.W016"],
        )
        secure = self.settings(
            facts,
            "SESSION_COOKIE_SECURE",
            "CSRF_COOKIE_SECURE",
            "SECURE_SSL_REDIRECT",
            "SECURE_HSTS_SECONDS",
            SLIPWAY_TLS="1",
        )
        self.assertEqual(
            secure,
            {
                "SESSION_COOKIE_SECURE": True,
                "CSRF_COOKIE_SECURE": True,
                "SECURE_SSL_REDIRECT": True,
                "SECURE_HSTS_SECONDS": 2592000,
            },
        )

    def test_unsafe_values_are_filled_from_the_environment(self):
        facts = self.built()
        values = self.settings(
            facts,
            "DEBUG",
            "SECRET_KEY",
            "ALLOWED_HOSTS",
            "DATABASES",
            "SECURE_PROXY_SSL_HEADER",
            SLIPWAY_DOMAINS="blog.example.com,www.example.com",
            DATABASE_URL="postgres://blog:p%40ss@db:5433/blog",
        )
        self.assertFalse(values["DEBUG"])
        self.assertTrue(values["SECRET_KEY"].startswith("k3y-of-the-app"))
        self.assertEqual(values["ALLOWED_HOSTS"], ["blog.example.com", "www.example.com"])
        default = values["DATABASES"]["default"]
        self.assertEqual(
            (default["ENGINE"], default["HOST"], default["PORT"], default["PASSWORD"]),
            ("django.db.backends.postgresql", "db", "5433", "p@ss"),
        )
        self.assertEqual(values["SECURE_PROXY_SSL_HEADER"], ["HTTP_X_FORWARDED_PROTO", "https"])

    def test_the_report_shows_no_secret(self):
        text = str(self.report(self.built(), EMAIL_URL="smtp://me:hunter2@mail.example.com:587"))
        self.assertNotIn("k3y-of-the-app", text)
        self.assertNotIn("hunter2", text)
        self.assertIn("'********'", text)

    def test_the_source_is_not_touched(self):
        self.built()
        for name in ("manage.py", "mysite/settings.py", "mysite/wsgi.py"):
            with open(os.path.join(self.source, name), "rb") as before, open(
                os.path.join(self.root, "app", name), "rb"
            ) as after:
                self.assertEqual(before.read(), after.read())

    def test_one_setting_can_be_kept_and_the_layer_turned_off(self):
        facts = self.built()
        self.assertEqual(self.origins(facts)["SECRET_KEY"], "slipway")
        self.assertEqual(self.origins(facts, SLIPWAY_SETTINGS_KEEP="SECRET_KEY")["SECRET_KEY"], "yours")
        self.assertTrue(
            self.settings(facts, "SECRET_KEY", SLIPWAY_SETTINGS_KEEP="SECRET_KEY")["SECRET_KEY"].startswith(
                "django-insecure-"
            )
        )
        off_now = self.origins(facts, DJANGO_SETTINGS_MODULE="mysite.settings")
        self.assertNotIn("slipway", set(off_now.values()))
        off = self.built(config={"DJANGO_SETTINGS_MODULE": "mysite.settings"})
        self.assertNotIn("DJANGO_SETTINGS_MODULE", off["environment"])
        self.assertNotIn("slipway", set(self.origins(off, DJANGO_SETTINGS_MODULE="mysite.settings").values()))
        self.assertFalse(off["django"]["wants_database"])

    def test_sqlite_by_choice_lies_on_a_volume(self):
        facts = self.built(config={"SLIPWAY_DATABASE": "sqlite"})
        self.assertFalse(facts["django"]["wants_database"])
        self.assertEqual(facts["volumes"]["database"], "/data/database")
        databases = self.report(facts, SLIPWAY_DATABASE="sqlite", SLIPWAY_BUILD="1")["DATABASES"]
        self.assertIn("db.sqlite3", databases["value"])

    def test_without_its_volume_the_chosen_sqlite_database_is_not_used(self):
        facts = self.built()
        default = self.settings(facts, "DATABASES", SLIPWAY_DATABASE="sqlite", DATABASE_URL="postgres://u:p@h/n")[
            "DATABASES"
        ]["default"]
        self.assertEqual(default["HOST"], "h")

    def test_it_migrates_boots_and_answers_by_its_socket(self):
        self.append(
            "mysite/urls.py",
            "from django.http import HttpResponse\n"
            "urlpatterns.append(path('who', lambda r: HttpResponse(r.META['REMOTE_ADDR'] + ' ' + r.scheme)))\n",
        )
        facts = self.built()
        self.assertEqual(self.run_in_app(facts, *facts["process_types"]["release"].split()).returncode, 0)
        web = os.path.join(self.root, "web.sock")
        command = facts["process_types"]["web"].replace("/slipway/", self.root + "/slipway/").split()
        command[0] = venv_program(command[0])
        with open(os.path.join(self.root, "web.log"), "w+", encoding="utf-8") as log:
            process = subprocess.Popen(
                command,
                cwd=os.path.join(self.root, "app"),
                stdout=log,
                stderr=log,
                env=self.environment(facts, SLIPWAY_SOCKET=web),
            )
            try:
                answer = self.ask(web, "/who", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https")
                self.assertIn("203.0.113.9 https", answer)
                self.assertIn(" 200 ", self.ask(web, "/admin/login/"))
                self.assertIn(" 400 ", self.ask(web, "/admin/login/", host="evil.example.com").split("\r\n", 1)[0])
            finally:
                process.terminate()
                self.assertEqual(process.wait(20), 0)

    def ask(self, path, url, *headers, host="blog.localhost"):
        deadline = time.monotonic() + 20
        while True:
            with socket.socket(socket.AF_UNIX) as connection:
                try:
                    connection.connect(path)
                except OSError:
                    self.assertLess(time.monotonic(), deadline, "gunicorn did not listen in time")
                    time.sleep(0.02)
                    continue
                lines = ["GET %s HTTP/1.1" % url, "Host: " + host, "Connection: close", *headers, "", ""]
                connection.sendall("\r\n".join(lines).encode())
                answer = b""
                while piece := connection.recv(65536):
                    answer += piece
                return answer.decode("utf-8", "replace")
