"""Puts the platform's settings over the project's own."""
import importlib

from slipway_django import database, files, hosts, logs, mail, redis, reporting, security
from slipway_django.decisions import Decisions

# Order matters only to people: the list of settings is shown as it was decided.
TOPICS = (security, hosts, database, redis, files, mail, logs, reporting)


class Layered:
    """Settings as Django gets them, and the decisions that led there."""

    def __init__(self, values, decisions):
        self.values, self.decisions = values, decisions


def load(environ):
    """The settings of the module that SLIPWAY_DJANGO_SETTINGS names, with the layer over them."""
    prepare(environ)
    module = importlib.import_module(environ["SLIPWAY_DJANGO_SETTINGS"])
    # vars() of a module may lack what its __getattr__ makes; dir() is what Django itself goes by.
    return over({name: getattr(module, name) for name in dir(module) if name.isupper()}, environ)


def prepare(environ):
    """What settings that read their environment expect of a platform; set only where nothing is."""
    if "SLIPWAY_SECRET_KEY" in environ:
        for name in ("SECRET_KEY", "DJANGO_SECRET_KEY"):
            environ.setdefault(name, environ["SLIPWAY_SECRET_KEY"])
    # '0' is off for int(), environ, decouple and == 'True' alike: branches on it then take the way of production.
    for name in ("DEBUG", "DJANGO_DEBUG"):
        environ.setdefault(name, "0")


def over(yours, environ, django_version=None):
    """The layer over a dictionary of settings."""
    if django_version is None:
        import django

        django_version = django.VERSION[:2]
    decisions = Decisions(yours, environ, django_version)
    for topic in TOPICS:
        topic.decide(decisions)
    return Layered({**yours, **decisions.values}, decisions)
