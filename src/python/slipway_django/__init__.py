"""Takes an untouched Django project to production.

`slipway_django.settings` imports the project's own settings and fills in only what is unset or unsafe there, from what
the platform says in the environment (SLIPWAY_*, DATABASE_URL, EMAIL_URL, SENTRY_DSN). Nothing of the project is changed,
and nothing here is needed to run it anywhere else. To do without: set DJANGO_SETTINGS_MODULE yourself.

Holds for Django 2.2 to 6.0 and Python 3.8 and newer, and needs neither Slipway's server nor any package.
"""
