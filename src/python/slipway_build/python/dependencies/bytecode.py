"""Bytecode of the dependencies, compiled once for every app and instance that shares the layer."""
import compileall
import os
import py_compile
import re

# Packages' own tests: kept, for code does import such folders, but hardly ever run.
RARELY_RUN = re.compile(r"/tests?/")


def compile_all(site):
    """Unchecked: Python then never looks whether a source changed, and in a layer none does."""
    compileall.compile_dir(
        site,
        ddir=None,
        quiet=2,
        rx=RARELY_RUN,
        workers=len(os.sched_getaffinity(0)),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
