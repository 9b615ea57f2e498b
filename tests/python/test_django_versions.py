"""The layer's decisions where Django versions differ, from 2.2 to 6.0, by the version that it is told."""
import sys
import types
import unittest

from slipway_django import database, hosts, layer, report

VERSIONS = [(2, 2), (3, 0), (3, 1), (3, 2), (4, 0), (4, 1), (4, 2), (5, 0), (5, 1), (5, 2), (6, 0)]
STARTPROJECT = {
    "SECRET_KEY": "django-insecure-x",
    "DEBUG": True,
    "ALLOWED_HOSTS": [],
    "INSTALLED_APPS": ["django.contrib.staticfiles"],
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/app/db.sqlite3"}},
    "STATIC_URL": "static/",
}
ENVIRON = {
    "SLIPWAY_SECRET_KEY": "s" * 10 + "0123456789" * 5,
    "SLIPWAY_DOMAINS": "a.example.com,b.example.com",
    "SLIPWAY_TLS": "1",
    "DATABASE_URL": "postgres://u:p@h:5432/n",
}


def over(version, yours=STARTPROJECT, **environ):
    return layer.over(dict(yours), {**ENVIRON, **environ}, version).values


class Versions(unittest.TestCase):
    def test_every_version_gets_what_is_unsafe_filled(self):
        for version in VERSIONS:
            with self.subTest(version):
                values = over(version)
                self.assertEqual((values["DEBUG"], values["SECRET_KEY"]), (False, ENVIRON["SLIPWAY_SECRET_KEY"]))
                self.assertEqual(values["ALLOWED_HOSTS"], ["a.example.com", "b.example.com"])
                self.assertEqual(values["DATABASES"]["default"]["HOST"], "h")

    def test_trusted_origins_have_a_scheme_since_4_0(self):
        self.assertEqual(over((3, 2))["CSRF_TRUSTED_ORIGINS"], ["a.example.com", "b.example.com"])
        self.assertEqual(over((4, 0))["CSRF_TRUSTED_ORIGINS"], ["https://a.example.com", "https://b.example.com"])
        self.assertEqual(over((4, 0), SLIPWAY_TLS="0")["CSRF_TRUSTED_ORIGINS"][0], "http://a.example.com")

    def test_kept_connections_are_checked_where_django_can(self):
        self.assertNotIn("CONN_HEALTH_CHECKS", over((4, 0))["DATABASES"]["default"])
        self.assertTrue(over((4, 1))["DATABASES"]["default"]["CONN_HEALTH_CHECKS"])

    def test_no_version_is_given_a_setting_that_it_refuses(self):
        for version in VERSIONS:
            values = over(version)
            self.assertNotIn("STATICFILES_STORAGE", values)
            self.assertNotIn("STORAGES", values)
            self.assertNotIn("USE_L10N", values)
            # The default of 6.0 is another one: saying the old aloud would change primary keys.
            self.assertEqual("DEFAULT_AUTO_FIELD" in values, (3, 2) <= version < (6, 0), version)

    def test_a_storage_that_is_not_named_is_djangos_own(self):
        mine = {"BACKEND": "storages.backends.s3.S3Storage"}
        filled = over((4, 2), {**STARTPROJECT, "STORAGES": {"default": mine}})["STORAGES"]
        self.assertEqual(filled["default"], mine)
        self.assertEqual(filled["staticfiles"]["BACKEND"], "django.contrib.staticfiles.storage.StaticFilesStorage")
        whole = {"default": mine, "staticfiles": mine}
        self.assertEqual(over((5, 2), {**STARTPROJECT, "STORAGES": whole})["STORAGES"], whole)
        self.assertEqual(over((3, 2), {**STARTPROJECT, "STORAGES": {"default": mine}})["STORAGES"], {"default": mine})

    def test_what_newer_versions_do_by_themselves_is_done_for_older_ones(self):
        self.assertEqual(over((2, 2))["X_FRAME_OPTIONS"], "DENY")
        self.assertEqual(over((2, 2))["FILE_UPLOAD_PERMISSIONS"], 0o644)
        self.assertEqual(over((3, 0))["SECURE_REFERRER_POLICY"], "same-origin")
        self.assertNotIn("X_FRAME_OPTIONS", over((3, 2)))


class Values(unittest.TestCase):
    def test_a_host_is_added_only_where_the_project_does_not_answer_to_it(self):
        for pattern, host, covered in (
            ("*", "a.b", True),
            (".example.com", "a.example.com", True),
            (".example.com", "example.com", True),
            (".example.com", "badexample.com", False),
            ("example.com", "a.example.com", False),
            ("A.B", "a.b", True),
        ):
            self.assertEqual(hosts.matches(host, pattern), covered, (pattern, host))
        self.assertEqual(
            over((3, 2), {**STARTPROJECT, "ALLOWED_HOSTS": ["mine", "a.example.com"]})["ALLOWED_HOSTS"],
            ["mine", "a.example.com", "b.example.com"],
        )

    def test_secret_keys(self):
        long = "abcdefghij" * 6
        for yours, expected in (
            (long, long),
            ("", ENVIRON["SLIPWAY_SECRET_KEY"]),
            (None, ENVIRON["SLIPWAY_SECRET_KEY"]),
            ("changeme", ENVIRON["SLIPWAY_SECRET_KEY"]),
            (b"short", ENVIRON["SLIPWAY_SECRET_KEY"]),
        ):
            self.assertEqual(over((4, 2), {**STARTPROJECT, "SECRET_KEY": yours})["SECRET_KEY"], expected)
        self.assertEqual(
            over((4, 2), {**STARTPROJECT, "SECRET_KEY": "short-but-mine"}, MY_KEY="short-but-mine")["SECRET_KEY"],
            "short-but-mine",
        )

    def test_a_database_of_the_projects_own_is_never_replaced(self):
        own = {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "mine"}}
        self.assertEqual(over((4, 2), {**STARTPROJECT, "DATABASES": own})["DATABASES"], own)
        two = {"default": STARTPROJECT["DATABASES"]["default"], "other": own["default"]}
        self.assertEqual(over((4, 2), {**STARTPROJECT, "DATABASES": two})["DATABASES"]["other"], own["default"])

    def test_database_urls(self):
        for url, expected in {
            "postgres://u:p%40%2F@h:5433/n%20m?sslmode=require": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "n m",
                "USER": "u",
                "PASSWORD": "p@/",
                "HOST": "h",
                "PORT": "5433",
                "OPTIONS": {"sslmode": "require"},
            },
            "postgresql://u@%2Frun%2Fpostgresql/n": {"HOST": "/run/postgresql", "PORT": "", "PASSWORD": ""},
            "postgis://u:p@[::1]:5432/n": {
                "ENGINE": "django.contrib.gis.db.backends.postgis",
                "HOST": "::1",
                "PORT": "5432",
            },
            "mysql://u:p@h/n?conn_max_age=0&charset=utf8mb4": {
                "ENGINE": "django.db.backends.mysql",
                "CONN_MAX_AGE": 0,
                "OPTIONS": {"charset": "utf8mb4"},
            },
            "sqlite:////data/x.db": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/data/x.db"},
            "sqlite://:memory:": {"NAME": ":memory:"},
        }.items():
            parsed = database.parse(url, (4, 2))
            self.assertEqual({k: parsed[k] for k in expected}, expected, url)
        with self.assertRaises(ValueError):
            database.parse("mongodb://h/n", (4, 2))

    def test_mail(self):
        values = over((4, 2), EMAIL_URL="smtp://me%40x:p%3Aw@mail.example.com:587/?from=hello@example.com")
        self.assertEqual(
            (
                values["EMAIL_HOST"],
                values["EMAIL_PORT"],
                values["EMAIL_HOST_USER"],
                values["EMAIL_HOST_PASSWORD"],
                values["EMAIL_USE_TLS"],
            ),
            ("mail.example.com", 587, "me@x", "p:w", True),
        )
        self.assertEqual(values["DEFAULT_FROM_EMAIL"], "hello@example.com")
        own = over((4, 2), {**STARTPROJECT, "EMAIL_HOST": "mine"}, EMAIL_URL="smtp://other")
        self.assertEqual(own["EMAIL_HOST"], "mine")

    def test_mail_by_the_names_that_the_platform_uses(self):
        relay = {
            "EMAIL_HOST": "mail.slipway.internal",
            "EMAIL_PORT": "25",
            "EMAIL_HOST_USER": "blog.0011aabb",
            "EMAIL_HOST_PASSWORD": "p",
            "DEFAULT_FROM_EMAIL": "blog@www.example.org",
        }
        values = over((5, 2), EMAIL_URL="smtp://blog.0011aabb:p@mail.slipway.internal:25", **relay)
        self.assertEqual((values["EMAIL_HOST"], values["EMAIL_PORT"], values["EMAIL_USE_TLS"]), ("mail.slipway.internal", 25, False))
        self.assertEqual((values["DEFAULT_FROM_EMAIL"], values["SERVER_EMAIL"]), ("blog@www.example.org", "blog@www.example.org"))
        values = over((5, 2), EMAIL_HOST="mail.example.com", EMAIL_PORT="587", EMAIL_HOST_USER="me")
        self.assertEqual((values["EMAIL_HOST"], values["EMAIL_PORT"], values["EMAIL_USE_TLS"]), ("mail.example.com", 587, True))
        values = over((5, 2), EMAIL_HOST="mail.example.com", EMAIL_PORT="465", EMAIL_USE_TLS="False")
        self.assertEqual((values["EMAIL_USE_TLS"], values["EMAIL_USE_SSL"]), (False, True))

    def test_admins_get_a_mail_for_every_error(self):
        self.assertEqual(
            over((5, 2), ADMINS="a@x.org, b@x.org")["ADMINS"], [("a@x.org", "a@x.org"), ("b@x.org", "b@x.org")]
        )
        self.assertEqual(over((6, 0), ADMINS="a@x.org")["ADMINS"], ["a@x.org"])
        self.assertIn("mail_admins", over((5, 2), ADMINS="a@x.org")["LOGGING"]["loggers"]["django"]["handlers"])

    def test_a_logging_that_loses_errors_with_debug_off_prints_them_and_keeps_the_rest(self):
        lost = {
            "version": 1,
            "filters": {"debug": {"()": "django.utils.log.RequireDebugTrue"}},
            "handlers": {
                "console": {"class": "logging.StreamHandler", "filters": ["debug"]},
                "mail": {"class": "django.utils.log.AdminEmailHandler"},
            },
            "loggers": {"": {"handlers": ["console", "mail"]}, "django.request": {"handlers": ["console"]}},
        }
        logging = over((4, 2), {**STARTPROJECT, "LOGGING": lost})["LOGGING"]
        self.assertEqual(logging["loggers"]["django.request"]["handlers"], ["console", "slipway"])
        self.assertEqual(logging["loggers"][""], lost["loggers"][""])
        self.assertNotIn("slipway", lost["handlers"])
        printing = {**lost, "filters": {"debug": {"()": "django.utils.log.RequireDebugFalse"}}}
        self.assertIs(over((4, 2), {**STARTPROJECT, "LOGGING": printing})["LOGGING"], printing)

    def test_errors_are_reported_where_sentry_dsn_says_and_only_with_the_package(self):
        class Sdk(types.ModuleType):
            started = None

            def get_client(self):
                return self

            def is_active(self):
                return self.started is not None

            def init(self, **options):
                self.started = options

        made = layer.over(
            dict(STARTPROJECT), {**ENVIRON, "SENTRY_DSN": "https://key@errors.example.com/1"}, (5, 2)
        ).decisions.made
        self.assertEqual(made["SENTRY_DSN"].origin, "default")
        sys.modules["sentry_sdk"] = sdk = Sdk("sentry_sdk")
        self.addCleanup(sys.modules.pop, "sentry_sdk")
        over((5, 2), SENTRY_DSN="https://key@errors.example.com/1", SLIPWAY_BUILD="1")
        self.assertIsNone(sdk.started)
        over((5, 2), SENTRY_DSN="https://key@errors.example.com/1", SLIPWAY_APP="blog", SLIPWAY_RELEASE="v7")
        self.assertEqual((sdk.started["dsn"], sdk.started["release"]), ("https://key@errors.example.com/1", "blog@v7"))

    def test_secrets_are_masked_wherever_they_stand(self):
        shown = report.show(
            "DATABASES", {"default": {"NAME": "n", "PASSWORD": "hunter2", "OPTIONS": {"api_key": "hunter2"}}}
        )
        self.assertNotIn("hunter2", shown)
        self.assertNotIn("hunter2", report.show("CACHES", {"default": {"LOCATION": "redis://:hunter2@h:6379"}}))
        self.assertIn("'n'", shown)
