"""The app layer: /app, the source as it is."""
from slipway_build import facts, tree


def build(request, paths):
    tree.take_and_say(request, paths)
    facts.write(paths, process_types=request.process_types)
