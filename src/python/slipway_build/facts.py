"""/slipway/facts.json: what the platform needs to know to run the app. See docs/build-contract.md."""
import json
import os

DEFAULTS = {
    "working_directory": "/app",
    "process_types": {},
    "environment": {},
    "django": None,
    "static": {},
    "site": None,
    "volumes": {},
    "public_volumes": {},
    "migrate_key": None,
    "serving": None,
    "origins": {},
}


def write(paths, **facts):
    """Facts that are not given have their defaults."""
    write_json(paths, "facts.json", {**DEFAULTS, **facts})


def write_json(paths, name, value):
    os.makedirs(paths.slipway, exist_ok=True)
    write_json_file(os.path.join(paths.slipway, name), value)


def write_json_file(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)
