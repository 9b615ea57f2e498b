"""The app layer: /app, a copy of the source."""
from slipway_build import facts, tree


def build(request, paths):
    tree.copy_and_say(request, paths)
    facts.write(paths, process_types=request.process_types)
