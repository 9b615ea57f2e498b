"""From an exception that a project raised while Django was asked to a failure with words."""
import re
import traceback

def diagnose(exception, doing, app):
    """Fields of a BuildError. `doing`: settings, setup or collectstatic; `app`: folder of the app."""
    trace = traceback.format_exception(type(exception), exception, exception.__traceback__)
    evidence = "".join(trace).rstrip().splitlines()
    if len(evidence) > 20:
        # Its first line is what tells that it is a traceback.
        evidence = [evidence[0], "  …"] + evidence[-18:]
    place = where(exception, app)
    error = (
        missing_variable(exception)
        or missing_module(exception)
        or syntax(exception, app)
        or {
            "settings": {
                "id": "settings_failed",
                "message": "The project's settings cannot be imported.",
                "next": "Try it by hand: python manage.py check",
            },
            "setup": {
                "id": "django_failed",
                "message": "Django cannot load the project's apps.",
                "next": "Try it by hand: python manage.py check",
            },
            "collectstatic": {
                "id": "collectstatic_failed",
                "message": "Collecting the static files failed.",
                "next": "Try it by hand: python manage.py collectstatic --dry-run. To do without: slipway config set DISABLE_COLLECTSTATIC=1",
            },
        }[doing]
    )
    error.setdefault("why", "%s%s: %s" % (place + ": " if place else "", type(exception).__name__, exception))
    return {**error, "evidence": evidence}


def where(exception, app):
    """file:line, below the app's folder, of the innermost frame that is the app's own."""
    frames = [f for f in traceback.extract_tb(exception.__traceback__) if f.filename.startswith(app + "/")]
    return "%s:%d" % (frames[-1].filename[len(app) + 1 :], frames[-1].lineno) if frames else None


def missing_variable(exception):
    name = None
    text = str(exception)
    if isinstance(exception, KeyError) and exception.args and isinstance(exception.args[0], str):
        frames = traceback.extract_tb(exception.__traceback__)
        # os.environ[...] raises in os.py; a KeyError of the project's own dictionaries does not.
        name = exception.args[0] if frames and re.search(r"/os\.py$|<frozen os>", frames[-1].filename) else None
    elif type(exception).__name__ == "UndefinedValueError" or type(exception).__name__ == "ImproperlyConfigured":
        match = re.search(
            r"Set the (\w+) environment variable|^(\w+) not found\. Declare it|environment variable '?(\w+)'? (?:is )?not set",
            text,
        )
        name = next((g for g in match.groups() if g), None) if match else None
    if name is None:
        return None
    return {
        "id": "settings_env_missing",
        "message": "The settings need the variable %s, which is not set." % name,
        "next": "slipway config set %s=…" % name,
        "details": {"variable": name},
    }


def missing_module(exception):
    if not isinstance(exception, ModuleNotFoundError) or not exception.name:
        return None
    return {
        "id": "module_not_found",
        "message": "The project imports %s, which is not installed." % exception.name,
        "next": "If it comes from a package, add that to your requirements.",
        "details": {"module": exception.name},
    }


def syntax(exception, app):
    if not isinstance(exception, SyntaxError):
        return None
    file = (exception.filename or "").replace(app + "/", "")
    return {
        "id": "syntax_error",
        "message": "%s, line %s is not valid Python." % (file, exception.lineno),
        "why": str(exception.msg),
        "next": "Correct it, then deploy again.",
    }
