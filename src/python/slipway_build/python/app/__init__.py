"""The app layer: /app, the source with bytecode, and /slipway, what Slipway makes for it."""
import json
import os

from slipway_build import tree
from slipway_build.facts import write_json
from slipway_build.log import biggest, say, timed
from slipway_build.python.app import bytecode, django, plain
from slipway_build.python.app.record import Record


def build(request, paths):
    seconds = {}
    files = tree.take_and_say(request, paths)
    with timed(seconds, "hash"):
        hashes = files.hashes(paths.app)
    os.makedirs(paths.slipway, exist_ok=True)
    previous = Record.load(paths)
    record = Record(request, hashes)
    root = os.path.join(paths.app, request.root) if request.root else paths.app
    if request.is_django:
        facts = django.facts(request, paths, root, record, previous, seconds)
    else:
        facts = plain.facts(request, paths, root)
        with timed(seconds, "bytecode"):
            bytecode.compile_app(paths, hashes, previous)
    write_json(paths, "facts.json", facts)
    record.save(paths)
    biggest(sizes_in_image(files, paths), "Biggest in the image")
    say("Took " + ", ".join("%s %.2f s" % item for item in seconds.items()) + ".")


def sizes_in_image(files, paths):
    """Folder or file → bytes, of both layers; Slipway's own few files are left out."""
    sizes = tree.by_folder(files.sizes, paths)
    with open(os.path.join(paths.venv, "slipway.json"), encoding="utf-8") as file:
        sizes.update(("/venv: " + name, count) for name, count in json.load(file)["sizes"].items())
    return sizes
