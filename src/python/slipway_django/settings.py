"""The settings module that Django is given; the project's own is named by SLIPWAY_DJANGO_SETTINGS."""
import os

from slipway_django.layer import load

_layered = load(os.environ)
slipway_decisions = _layered.decisions
globals().update(_layered.values)
