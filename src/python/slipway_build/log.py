"""Lines of the build log."""
import re
import time
from contextlib import contextmanager


def say(text):
    print(mask(text), flush=True)


def mask(text):
    """Without the passwords that URLs may hold."""
    return re.sub(r"(\w+://)[^/\s:@]*(:[^/\s@]*)?@", r"\1****@", text)


def size(byte_count):
    """4.2 MB"""
    for unit in ("B", "kB", "MB"):
        if byte_count < 1000:
            return "%d B" % byte_count if unit == "B" else "%.1f %s" % (byte_count, unit)
        byte_count /= 1000.0
    return "%.1f GB" % byte_count


@contextmanager
def timed(seconds, name):
    """Adds the time that the block takes to seconds[name]."""
    start = time.monotonic()
    try:
        yield
    finally:
        seconds[name] = round(seconds.get(name, 0) + time.monotonic() - start, 3)


def biggest(sizes, title, count=10):
    """Says which of name → bytes are biggest."""
    ordered = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    say("%s (%s in all):" % (title, size(sum(sizes.values()))))
    for name, byte_count in ordered[:count]:
        say("  %9s  %s" % (size(byte_count), name))
