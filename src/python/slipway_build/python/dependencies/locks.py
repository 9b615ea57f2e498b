"""Lock files of every tool, as requirements that pip understands.

The tools themselves (pipenv, poetry, uv) are not needed: a lock file holds the answer, pip only has to fetch it.
"""
import json
import os
import re

from slipway_build.errors import BuildError


class Wanted:
    """What pip is to install."""

    def __init__(self, file=None, lines=None, names=(), hashed=False, extra_indexes=()):
        # A requirements file of the user's, or lines for one.
        self.file, self.lines = file, lines
        # Normalized names of what is asked for directly (of a lock file: everything).
        self.names = set(names)
        # Every line has hashes: pip then accepts nothing without, so additions need a run of their own.
        self.hashed = hashed
        self.extra_indexes = list(extra_indexes)


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def read(request, source):
    if request.installer == "none":
        return Wanted(lines=[])
    path = os.path.join(source, request.file)
    return READERS[request.installer](path)


def requirement_name(text):
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", text)
    return normalize(match.group(1)) if match else None


def requirements(path):
    names, hashed = set(), False
    for line in requirement_lines(path):
        hashed = hashed or "--hash" in line or "--require-hashes" in line
        egg = re.search(r"#egg=([A-Za-z0-9._-]+)", line)
        if egg:
            names.add(normalize(egg.group(1)))
        elif not line.startswith("-") and not re.match(r"[a-z+]+://|\.", line):
            names.add(requirement_name(line))
    return Wanted(file=path, names=names - {None}, hashed=hashed)


def requirement_lines(path, seen=None):
    """Lines of a requirements file and of those that it includes; constraints are not requirements."""
    seen = set() if seen is None else seen
    if os.path.realpath(path) in seen:
        return
    seen.add(os.path.realpath(path))
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except FileNotFoundError:
        raise BuildError(
            "requirements_invalid",
            "%s does not exist." % os.path.basename(path),
            why="Another requirements file includes it (-r).",
            next="Add the file, or take out the line.",
        )
    except UnicodeDecodeError:
        raise BuildError(
            "requirements_invalid",
            "%s is not UTF-8 text." % os.path.basename(path),
            why="PowerShell's `pip freeze > requirements.txt` writes UTF-16.",
            next="Save the file as UTF-8, then deploy again.",
        )
    for line in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        include = re.match(r"(?:-r\s*|--requirement[=\s]\s*)(\S+)", line)
        if include:
            yield from requirement_lines(os.path.join(os.path.dirname(path), include.group(1)), seen)
        elif line:
            yield line


def pyproject(path):
    project = load_toml(path).get("project") or {}
    if "dependencies" not in project:
        raise BuildError(
            "requirements_invalid",
            "pyproject.toml does not say what the app requires.",
            why="It has no `dependencies` in its [project] table.",
            next="Add them there, or a requirements.txt or lock file beside it.",
        )
    lines = list(project["dependencies"])
    return Wanted(lines=lines, names={requirement_name(line) for line in lines})


def pipenv(path):
    lock = load_json(path)
    lines, names = [], set()
    for name, entry in sorted(lock.get("default", {}).items()):
        names.add(normalize(name))
        extras = "[%s]" % ",".join(entry["extras"]) if entry.get("extras") else ""
        marker = " ; " + entry["markers"] if entry.get("markers") else ""
        if "git" in entry:
            lines.append("%s%s @ git+%s@%s%s" % (name, extras, entry["git"], entry.get("ref", "HEAD"), marker))
        elif "path" in entry or "file" in entry:
            where = entry.get("path") or entry["file"]
            lines.append(("-e " if entry.get("editable") else "") + where)
        else:
            hashes = "".join(" --hash=" + h for h in entry.get("hashes", []))
            lines.append("%s%s%s%s%s" % (name, extras, entry.get("version", ""), marker, hashes))
    urls = [s["url"] for s in lock.get("_meta", {}).get("sources", []) if "${" not in s["url"]]
    return Wanted(
        lines=lines, names=names, hashed=all_hashed(lines), extra_indexes=[u for u in urls if "pypi.org" not in u]
    )


def poetry(path):
    lock = load_toml(path)
    project = load_toml(os.path.join(os.path.dirname(path), "pyproject.toml"))
    by_name = {}
    for package in lock.get("package", []):
        by_name.setdefault(normalize(package["name"]), []).append(package)
    tool = project.get("tool", {}).get("poetry", {})
    roots = [(name, spec) for name, spec in tool.get("dependencies", {}).items() if normalize(name) != "python"]
    roots += [(requirement_name(line), line) for line in project.get("project", {}).get("dependencies", [])]
    old_hashes = lock.get("metadata", {}).get("files", {})
    chosen, todo = {}, [(normalize(n), s) for n, s in roots if poetry_applies(s)]
    while todo:
        name, spec = todo.pop()
        for package in by_name.get(name, []):
            key = (name, package["version"])
            if not marker_holds(package.get("markers")) or (key in chosen and not poetry_extras(spec) - chosen[key][1]):
                continue
            extras = poetry_extras(spec) | (chosen[key][1] if key in chosen else set())
            chosen[key] = (package, extras)
            optional = {requirement_name(r) for e in extras for r in package.get("extras", {}).get(e, [])}
            for child, child_spec in package.get("dependencies", {}).items():
                specs = child_spec if isinstance(child_spec, list) else [child_spec]
                for one in specs:
                    if isinstance(one, dict) and one.get("optional") and normalize(child) not in optional:
                        continue
                    if poetry_applies(one, extras):
                        todo.append((normalize(child), one))
    lines = []
    for (name, version), (package, _) in sorted(chosen.items()):
        source = package.get("source", {})
        if source.get("type") == "git":
            lines.append(
                "%s @ git+%s@%s" % (name, source["url"], source.get("resolved_reference") or source["reference"])
            )
        elif source.get("type") in ("directory", "file"):
            lines.append(source["url"])
        else:
            files = package.get("files") or old_hashes.get(package["name"], [])
            lines.append("%s==%s%s" % (name, version, "".join(" --hash=" + f["hash"] for f in files)))
    indexes = {p["source"]["url"] for p, _ in chosen.values() if p.get("source", {}).get("type") == "legacy"}
    return Wanted(lines=lines, names={n for n, _ in chosen}, hashed=all_hashed(lines), extra_indexes=sorted(indexes))


def poetry_extras(spec):
    if isinstance(spec, dict):
        return set(spec.get("extras", []))
    match = re.match(r"\s*[A-Za-z0-9._-]+\s*\[([^\]]*)\]", spec) if isinstance(spec, str) else None
    return {e.strip() for e in match.group(1).split(",")} if match else set()


def poetry_applies(spec, extras=()):
    if isinstance(spec, list):
        return any(poetry_applies(s, extras) for s in spec)
    if isinstance(spec, dict):
        return (not spec.get("optional") or bool(extras)) and marker_holds(spec.get("markers"), extras)
    return ";" not in spec or marker_holds(spec.split(";", 1)[1], extras)


def uv(path):
    lock = load_toml(path)
    packages = lock.get("package", [])
    by_name = {}
    for package in packages:
        by_name.setdefault(normalize(package["name"]), []).append(package)
    # A workspace has several; the app is the one in the folder of the lock file, and needs what the others need too.
    roots = [p for p in packages if {"virtual", "editable"} & set(p.get("source", {}))]
    own = [p for p in roots if "." in p["source"].values()] or roots
    chosen, todo = {}, [d for p in own for d in p.get("dependencies", [])]
    seen = set()
    while todo:
        dependency = todo.pop()
        if not marker_holds(dependency.get("marker")):
            continue
        for package in by_name.get(normalize(dependency["name"]), []):
            if dependency.get("version", package.get("version")) != package.get("version"):
                continue
            if not any_marker_holds(package.get("resolution-markers")):
                continue
            key = (normalize(package["name"]), package.get("version"))
            step = (key, tuple(dependency.get("extra", ())))
            if step in seen:
                continue
            seen.add(step)
            chosen[key] = package
            todo += package.get("dependencies", [])
            for extra in dependency.get("extra", ()):
                todo += package.get("optional-dependencies", {}).get(extra, [])
    lines, indexes = [], set()
    for (name, version), package in sorted(chosen.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        source = package.get("source", {})
        if "git" in source:
            url, _, commit = source["git"].partition("#")
            lines.append("%s @ git+%s@%s" % (name, url.split("?")[0], commit))
        elif "url" in source:
            lines.append("%s @ %s" % (name, source["url"]))
        elif "registry" in source:
            files = package.get("wheels", []) + ([package["sdist"]] if "sdist" in package else [])
            lines.append("%s==%s%s" % (name, version, "".join(" --hash=" + f["hash"] for f in files if "hash" in f)))
            if "pypi.org" not in source["registry"]:
                indexes.add(source["registry"])
        else:
            where = source.get("editable") or source.get("directory") or source.get("path")
            if where:
                lines.append(("-e " if "editable" in source else "") + "./" + where)
    return Wanted(lines=lines, names={n for n, _ in chosen}, hashed=all_hashed(lines), extra_indexes=sorted(indexes))


def all_hashed(lines):
    return bool(lines) and all("--hash=" in line for line in lines)


def any_marker_holds(markers):
    return not markers or any(marker_holds(m) for m in markers)


def marker_holds(marker, extras=()):
    """Whether an environment marker (`sys_platform == 'win32'`) is true of the Python that the app runs on."""
    if not marker or not marker.strip():
        return True
    # pip's own copy of `packaging`: the build has pip, and nothing else that reads markers.
    from pip._vendor.packaging.markers import Marker

    parsed = Marker(marker)
    return any(parsed.evaluate({"extra": extra}) for extra in (extras or [""]))


def load_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except ValueError as e:
        raise lock_file_invalid(path, e)


def load_toml(path):
    try:
        import tomllib
    except ImportError:  # Python 3.10 and older
        from pip._vendor import tomli as tomllib
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except ValueError as e:
        raise lock_file_invalid(path, e)


def lock_file_invalid(path, error):
    return BuildError(
        "lock_file_invalid",
        "%s cannot be read." % os.path.basename(path),
        why=str(error),
        next="Make it again with the tool that wrote it (often a merge left conflict marks in it).",
    )


READERS = {"requirements": requirements, "pyproject": pyproject, "pipenv": pipenv, "poetry": poetry, "uv": uv}
