"""Static files, served by the edge from the image; uploads, on a volume."""
import os

# This file is /slipway/django/slipway_django/files.py, beside /app.
SLIPWAY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
APP = os.path.join(os.path.dirname(SLIPWAY), "app")
STATIC_ROOT = os.path.join(SLIPWAY, "static")
DATA = "/data"
MEDIA_ROOT = DATA + "/media"


def decide(d):
    if "django.contrib.staticfiles" in d.yours.get("INSTALLED_APPS", ()):
        static(d)
    media(d)


def static(d):
    root = d.yours.get("STATIC_ROOT")
    if not root:
        d.set(
            "STATIC_ROOT",
            STATIC_ROOT,
            "Where collectstatic puts the files during the build, and the edge serves them from.",
        )
    elif inside(root, APP, SLIPWAY):
        d.leave("STATIC_ROOT", "Inside the app, so it becomes part of the image; the edge serves from there.")
    else:
        d.set("STATIC_ROOT", STATIC_ROOT, "Yours, %s, is outside of the app and would not be in the image." % root)
    if not d.yours.get("STATIC_URL"):
        d.set("STATIC_URL", "/static/", "django.contrib.staticfiles needs one.")
    else:
        d.leave("STATIC_URL")
    storages(d)


# Django's own, which its check asks for as soon as STORAGES is set at all.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def storages(d):
    yours = d.yours.get("STORAGES")
    if isinstance(yours, dict) and not STORAGES.keys() <= yours.keys() and d.django >= (4, 2):
        missing = sorted(STORAGES.keys() - yours.keys())
        d.set("STORAGES", {**STORAGES, **yours}, "Yours has no entry %s, and Django fails without: its default is filled in." % " and ".join(missing))
        return
    # Hashed names (ManifestStaticFilesStorage) would be a gain for caches, but they change what the project does: a file
    # that a template names and that is not there becomes an error 500. The edge's ETags give most of it for free.
    name = "STORAGES" if d.django >= (4, 2) and not d.has("STATICFILES_STORAGE") else "STATICFILES_STORAGE"
    d.leave(name, "Left alone: names with hashes in them make a missing file an error 500. The edge serves with ETags.")


def inside(path, *folders):
    """Below one of the folders. Relative paths are below the app: that is where commands run."""
    path = os.path.abspath(str(path))
    return any(path.startswith(folder + "/") for folder in folders)


def media(d):
    if not stored_on_disk(d.yours):
        d.leave("MEDIA_ROOT", "Your uploads go to a storage of your own.")
        return
    root = d.yours.get("MEDIA_ROOT")
    if root and inside(root, APP, DATA):
        d.leave("MEDIA_ROOT", "Slipway mounts a volume there: uploads outlive the release.")
    elif root:
        d.set(
            "MEDIA_ROOT",
            MEDIA_ROOT,
            "A volume: uploads outlive the release. Yours, %s, is not a folder of its own inside the app." % root,
        )
    else:
        d.set("MEDIA_ROOT", MEDIA_ROOT, "A volume: uploads outlive the release.")
    if root or d.yours.get("MEDIA_URL"):
        # A project that stores uploads and has no URL for them may mean to keep them private.
        d.leave("MEDIA_URL")
    else:
        d.set("MEDIA_URL", "/media/", "The edge serves uploads there.")


def stored_on_disk(yours):
    """Uploads go where MEDIA_ROOT says, as far as settings tell."""
    storage = yours.get("DEFAULT_FILE_STORAGE") or (yours.get("STORAGES") or {}).get("default", {}).get("BACKEND")
    return storage in (None, "django.core.files.storage.FileSystemStorage")
