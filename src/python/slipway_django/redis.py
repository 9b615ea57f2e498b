"""Caches, channel layers and Celery's broker, in the Redis that REDIS_URL names.

Only where the project has nothing of its own: it sets none, or one on this machine itself, as tutorials do, where
inside an instance nothing listens.
"""
import importlib.util
import sys
from urllib.parse import urlsplit

# In a Redis of Slipway's the cache has a database of its own: cache.clear() empties the one that it is in.
CACHE_DATABASE = "/1"

IN_MEMORY_LAYER = "channels.layers.InMemoryChannelLayer"


def decide(d):
    url = d.environ.get("REDIS_URL")
    if not url:
        return
    caches(d, url)
    channels(d, url)
    celery(d, url)


def caches(d, url):
    yours = d.yours.get("CACHES") or {}
    default = yours.get("default") or {}
    if default and not ("LOCATION" in default and local(default["LOCATION"])):
        d.leave("CACHES")
        return
    backend = cache_backend(d.django)
    if backend is None:
        d.leave("CACHES", "REDIS_URL is set, but neither redis nor django-redis is among your requirements.")
        return
    kept = {k: v for k, v in default.items() if k in ("TIMEOUT", "KEY_PREFIX", "VERSION", "KEY_FUNCTION")}
    d.set(
        "CACHES",
        {**yours, "default": {**kept, "BACKEND": backend, "LOCATION": cache_url(url)}},
        "The attached Redis: one cache for all processes. %s" % ("Yours was on this machine itself." if default else ""),
    )


def cache_backend(django_version):
    """Django's own from 4.0 on; before that, and where a project has it anyway, django-redis."""
    if installed("django_redis"):
        return "django_redis.cache.RedisCache"
    if django_version >= (4, 0) and installed("redis"):
        return "django.core.cache.backends.redis.RedisCache"
    return None


def cache_url(url):
    parts = urlsplit(url)
    own = (parts.hostname or "").endswith(".slipway.internal")
    return url.rstrip("/") + CACHE_DATABASE if own and parts.path in ("", "/") else url


def channels(d, url):
    if not installed("channels"):
        return
    yours = d.yours.get("CHANNEL_LAYERS") or {}
    default = yours.get("default") or {}
    config = default.get("CONFIG") or {}
    backend = default.get("BACKEND", IN_MEMORY_LAYER)
    if backend != IN_MEMORY_LAYER and not ("redis" in backend and all(local(host) for host in config.get("hosts") or [None])):
        d.leave("CHANNEL_LAYERS")
        return
    if not installed("channels_redis"):
        d.leave(
            "CHANNEL_LAYERS",
            "REDIS_URL is set, but channels-redis is not among your requirements: processes do not hear each other.",
        )
        return
    if backend == IN_MEMORY_LAYER:
        backend, config = "channels_redis.core.RedisChannelLayer", {}
    d.set(
        "CHANNEL_LAYERS",
        {**yours, "default": {"BACKEND": backend, "CONFIG": {**config, "hosts": [url]}}},
        "The attached Redis, so that all processes hear each other.",
    )


def celery(d, url):
    """Settings that Celery reads with namespace='CELERY', which is what its own first steps with Django say."""
    if not installed("celery"):
        return
    why = "The attached Redis."
    if local(d.yours.get("CELERY_BROKER_URL")):
        d.set("CELERY_BROKER_URL", url, why)
    else:
        d.leave("CELERY_BROKER_URL")
    if d.has("CELERY_RESULT_BACKEND") and local(d.yours["CELERY_RESULT_BACKEND"]):
        d.set("CELERY_RESULT_BACKEND", url, why)


def local(place):
    """None, or a server on this machine itself: a URL, `host:port`, a pair, a list of any, or a dictionary with an address."""
    if not place:
        return True
    if isinstance(place, dict):
        return local(place.get("address") or place.get("host"))
    if isinstance(place, (list, tuple)):
        return local(place[0])
    text = str(place)
    if "://" in text:
        return (urlsplit(text).hostname or "localhost") in ("localhost", "127.0.0.1", "::1")
    return text.rsplit(":", 1)[0].strip("[]") in ("localhost", "127.0.0.1", "::1")


def installed(module):
    # Celery puts an object of its own in its module's place, which find_spec() does not take for one.
    return module in sys.modules or importlib.util.find_spec(module) is not None
