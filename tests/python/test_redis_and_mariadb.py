"""What the settings layer makes of REDIS_URL and of a MySQL DATABASE_URL; the layer alone, without an app around it."""
import os
import sys
import types
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "src", "python"))
from slipway_django import database, redis  # noqa: E402
from slipway_django.decisions import Decisions  # noqa: E402

OWN = "redis://:secret@redis-3.slipway.internal:6379"
ELSEWHERE = "rediss://user:secret@cache.example.com:6380/2"


class RedisUrl(unittest.TestCase):
    def decide(self, yours, url=OWN, packages=("redis",), version=(4, 2)):
        decisions = Decisions(yours, {"REDIS_URL": url} if url else {}, version)
        with mock.patch.object(redis, "installed", lambda name: name in packages):
            redis.decide(decisions)
        return decisions

    def test_nothing_happens_without_one(self):
        self.assertEqual(self.decide({}, url=None).made, {})

    def test_a_project_without_caches_gets_one_in_a_database_of_its_own(self):
        cache = self.decide({}).values["CACHES"]["default"]
        self.assertEqual(cache, {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": OWN + "/1"})

    def test_a_url_of_the_users_is_taken_as_it_is(self):
        self.assertEqual(self.decide({}, url=ELSEWHERE).values["CACHES"]["default"]["LOCATION"], ELSEWHERE)

    def test_django_before_4_needs_django_redis(self):
        self.assertNotIn("CACHES", self.decide({}, version=(3, 2)).values)
        backend = self.decide({}, version=(3, 2), packages=("redis", "django_redis")).values["CACHES"]["default"]["BACKEND"]
        self.assertEqual(backend, "django_redis.cache.RedisCache")

    def test_without_a_library_nothing_is_set_and_that_is_said(self):
        decisions = self.decide({}, packages=())
        self.assertEqual(decisions.values, {})
        self.assertIn("neither redis nor django-redis", decisions.made["CACHES"].why)

    def test_a_cache_of_the_projects_own_stays(self):
        for yours in (
            {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
            {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
            {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_table"},
            {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/var/tmp/cache"},
            {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache.example.com:6379/1"},
        ):
            with self.subTest(yours):
                self.assertNotIn("CACHES", self.decide({"CACHES": {"default": yours}}).values)

    def test_a_cache_on_this_machine_itself_moves(self):
        for location in ("redis://127.0.0.1:6379/1", ["redis://localhost:6379"], "127.0.0.1:11211", "localhost:11211"):
            yours = {"BACKEND": "x", "LOCATION": location, "TIMEOUT": 60, "OPTIONS": {"CLIENT_CLASS": "x"}}
            with self.subTest(location):
                cache = self.decide({"CACHES": {"default": yours, "other": {}}}).values["CACHES"]
                self.assertEqual(cache["default"]["LOCATION"], OWN + "/1")
                self.assertEqual(cache["default"]["TIMEOUT"], 60)
                self.assertIn("other", cache)

    def test_channels_layer_of_the_tutorial_moves(self):
        packages = ("redis", "channels", "channels_redis")
        tutorial = {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [("127.0.0.1", 6379)], "capacity": 1500},
        }
        layer = self.decide({"CHANNEL_LAYERS": {"default": tutorial}}, packages=packages).values["CHANNEL_LAYERS"]["default"]
        self.assertEqual(layer, {**tutorial, "CONFIG": {"hosts": [OWN], "capacity": 1500}})
        memory = {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 5}}
        for yours in ({}, {"CHANNEL_LAYERS": {"default": memory}}):
            layer = self.decide(yours, packages=packages).values["CHANNEL_LAYERS"]["default"]
            self.assertEqual(layer, {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [OWN]}})

    def test_channel_layers_elsewhere_stay(self):
        for layer in (
            {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": ["redis://other.example.com"]}},
            {"BACKEND": "channels_rabbitmq.core.RabbitmqChannelLayer", "CONFIG": {"host": "amqp://localhost"}},
        ):
            decisions = self.decide({"CHANNEL_LAYERS": {"default": layer}}, packages=("channels", "channels_redis", "redis"))
            self.assertNotIn("CHANNEL_LAYERS", decisions.values)

    def test_celery_uses_it_where_its_broker_is_none_or_local(self):
        packages = ("redis", "celery")
        for broker in ({}, {"CELERY_BROKER_URL": "redis://localhost:6379/0"}, {"CELERY_BROKER_URL": "amqp://guest@localhost//"}):
            self.assertEqual(self.decide(broker, packages=packages).values["CELERY_BROKER_URL"], OWN)
        decisions = self.decide({"CELERY_BROKER_URL": "amqps://q.example.com"}, packages=packages)
        self.assertNotIn("CELERY_BROKER_URL", decisions.values)
        local = {"CELERY_RESULT_BACKEND": "redis://localhost:6379/0"}
        self.assertEqual(self.decide(local, packages=packages).values["CELERY_RESULT_BACKEND"], OWN)
        self.assertNotIn("CELERY_RESULT_BACKEND", self.decide({"CELERY_RESULT_BACKEND": "django-db"}, packages=packages).values)


    def test_a_module_that_hides_its_spec_is_installed_all_the_same(self):
        with mock.patch.dict(sys.modules, {"celery": types.ModuleType("celery")}):
            self.assertIsNone(sys.modules["celery"].__spec__)
            self.assertTrue(redis.installed("celery"))
        self.assertFalse(redis.installed("no_such_module"))


class MariadbUrl(unittest.TestCase):
    URL = "mysql://app_blog:pw@mariadb.slipway.internal:3306/app_blog"

    def decide(self, modules, url=URL):
        decisions = Decisions({}, {"DATABASE_URL": url}, (4, 2))
        with mock.patch.dict(sys.modules, modules):
            database.decide(decisions)
            return decisions.values["DATABASES"]["default"], dict(sys.modules)

    def test_it_is_djangos_mysql_with_whole_unicode(self):
        entry, _ = self.decide({"MySQLdb": types.ModuleType("MySQLdb")})
        self.assertEqual(entry["ENGINE"], "django.db.backends.mysql")
        self.assertEqual((entry["HOST"], entry["PORT"], entry["USER"], entry["NAME"]), ("mariadb.slipway.internal", "3306", "app_blog", "app_blog"))
        self.assertEqual(entry["OPTIONS"], {"charset": "utf8mb4"})

    def test_an_option_of_the_url_stays(self):
        entry, _ = self.decide({"MySQLdb": types.ModuleType("MySQLdb")}, self.URL + "?charset=latin1")
        self.assertEqual(entry["OPTIONS"], {"charset": "latin1"})

    def test_pymysql_stands_in_for_mysqlclient(self):
        pymysql = types.ModuleType("pymysql")
        pymysql.version_info = (1, 4, 0, "final", 0)
        pymysql.install_as_MySQLdb = lambda: sys.modules.__setitem__("MySQLdb", pymysql)
        _, modules = self.decide({"MySQLdb": None, "pymysql": pymysql})
        self.assertIs(modules["MySQLdb"], pymysql)
        self.assertGreaterEqual(pymysql.version_info[:3], (2, 2, 1))

    def test_without_a_driver_django_says_so_itself(self):
        entry, _ = self.decide({"MySQLdb": None, "pymysql": None})
        self.assertEqual(entry["ENGINE"], "django.db.backends.mysql")


if __name__ == "__main__":
    unittest.main()
