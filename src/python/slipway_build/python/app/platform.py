"""/slipway: the folder for what Slipway makes for an app."""
import os
import py_compile
import shutil


def copy_layer(paths):
    """slipway_django into the image: an image runs without Slipway's server, and years later."""
    source = os.path.join(paths.platform, "slipway_django")
    target = os.path.join(paths.slipway, "django", "slipway_django")
    os.makedirs(target, exist_ok=True)
    before = os.path.join(paths.previous, "slipway", "django", "slipway_django")
    for name in sorted(os.listdir(source)):
        if name.endswith(".py"):
            shutil.copyfile(os.path.join(source, name), os.path.join(target, name))
            keep_or_compile(os.path.join(target, name), os.path.join(before, name))


def keep_or_compile(path, before):
    """Bytecode of a file of ours; that of the previous build when the file is the same."""
    cached = py_compile_target(before)
    if os.path.exists(cached) and same(path, before):
        os.makedirs(os.path.dirname(py_compile_target(path)), exist_ok=True)
        shutil.copyfile(cached, py_compile_target(path))
    else:
        py_compile.compile(path, doraise=True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)


def py_compile_target(path):
    import importlib.util

    return importlib.util.cache_from_source(path)


def same(one, other):
    with open(one, "rb") as a, open(other, "rb") as b:
        return a.read() == b.read()
