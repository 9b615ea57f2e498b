"""The little of YAML that bin/release prints: maps of text, one level deep."""
import re

TOP = re.compile(r"^([A-Za-z_][\w-]*):\s*(\{\s*\}|\[\s*\])?\s*$")
ENTRY = re.compile(r"^\s+([A-Za-z_][\w-]*):\s*(.*?)\s*$")


def read_release(text):
    """Name of each map → name → text."""
    maps, current = {}, None
    for line in text.splitlines():
        if not line.strip() or line.strip() in ("---", "...") or line.lstrip().startswith("#"):
            continue
        if match := TOP.match(line):
            current = maps.setdefault(match.group(1), {})
        elif (match := ENTRY.match(line)) and current is not None:
            current[match.group(1)] = unquote(match.group(2))
    return maps


def unquote(text):
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text
