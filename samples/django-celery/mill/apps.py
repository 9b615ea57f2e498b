from django.apps import AppConfig


class MillConfig(AppConfig):
    name = "mill"
    default_auto_field = "django.db.models.BigAutoField"
