"""Bytecode of the app, unchecked: a file of a layer never changes, so Python need not look whether it did."""
import importlib.util
import os
import py_compile
import shutil

from slipway_build.log import say

# Below this many files a second process costs more than it saves.
FEW = 40


def compile_app(paths, hashes, previous):
    """Compiles what is new; takes over what is not."""
    kept, todo = 0, []
    for path, digest in hashes.items():
        if not path.endswith(".py") or digest.startswith("link:"):
            continue
        if previous is not None and previous.hashes.get(path) == digest and take_over(paths, path):
            kept += 1
        else:
            todo.append(os.path.join(paths.app, path))
    if len(todo) > FEW:
        # Imported only here: it is half of what this program loads, and a redeploy rarely compiles more than a few files.
        from concurrent.futures import ProcessPoolExecutor

        with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            failures = list(pool.map(compile_one, todo, chunksize=8))
    else:
        failures = [compile_one(path) for path in todo]
    for failure in filter(None, failures):
        say("Warning: not Python for this version: " + failure)
    say("Bytecode: %d files compiled, %d taken from the last build." % (len(todo), kept))


def take_over(paths, path):
    cached = importlib.util.cache_from_source(path)
    before, after = os.path.join(paths.previous, "app", cached), os.path.join(paths.app, cached)
    if not os.path.exists(before):
        return False
    os.makedirs(os.path.dirname(after), exist_ok=True)
    shutil.copyfile(before, after)
    return True


def compile_one(path):
    """None, or why it cannot be compiled. Not the build's failure: templates and old scripts need not be Python."""
    try:
        py_compile.compile(path, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        return None
    except py_compile.PyCompileError as e:
        return str(e.exc_value) if isinstance(e.exc_value, SyntaxError) else "%s: %s" % (path, e.exc_value)
