"""The app layer of a static site: its public files, and the rules by which the edge serves them."""
import os

from slipway_build import facts, tree
from slipway_build.log import biggest, say, size
from slipway_build.static import rules
from slipway_build.unpublished import is_unpublished


def build(request, paths):
    """/app is the site's folder; what visitors are not meant to see goes out of it."""
    files = tree.look(paths.app, is_public)
    tree.remove(paths.app, files.left_out)
    say_and_write(files, paths.below(request.source), paths.app, paths)


def publish(source, paths, target):
    """Copies the public files of a folder, and writes the facts of a site of them."""
    files = tree.look(source, is_public)
    tree.copy(source, target, files)
    say_and_write(files, source, target, paths)


def is_public(path, name):
    return not is_unpublished(path, name)


def say_and_write(files, source, target, paths):
    """source: where the rules are, which are not public."""
    say("%d files, %s." % (len(files.sizes), size(sum(files.sizes.values()))))
    left_out = files.left_out
    if left_out:
        say(
            "Not published, being dot files, backups or not for visitors: %s%s."
            % (", ".join(left_out[:8]), " and %d more" % (len(left_out) - 8) if len(left_out) > 8 else "")
        )
    redirects = rules.read_redirects(os.path.join(source, rules.REDIRECTS))
    headers = rules.read_headers(os.path.join(source, rules.HEADERS))
    if redirects or headers:
        say("Rules: %d in %s, %d in %s." % (len(redirects), rules.REDIRECTS, len(headers), rules.HEADERS))
    say_missing(files.sizes, redirects)
    biggest(tree.by_folder(files.sizes, paths), "Biggest in the site")
    directory = "/" + os.path.relpath(target, paths.root)
    facts.write(paths, site={"directory": directory, "redirects": redirects, "headers": headers})


def say_missing(files, redirects):
    """What is answered where there is no file: the one thing about a static site that surprises people."""
    if "200.html" in files:
        say("Paths without a file answer with 200.html.")
    elif not any(rule["from"] == "/*" and rule["status"] == 200 for rule in redirects):
        page = "404.html" if "404.html" in files else "Slipway's own page"
        say(
            "Paths without a file answer 404 with %s. A single-page app wants a file %s with the line: /* /index.html 200"
            % (page, rules.REDIRECTS)
        )
