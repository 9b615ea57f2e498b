"""Netlify's files _redirects and _headers, which Cloudflare Pages and others read, too."""
import os
import re
from urllib.parse import quote

from slipway_build.errors import BuildError

REDIRECTS, HEADERS = "_redirects", "_headers"
STATUSES = {200, 301, 302, 303, 307, 308, 404, 410}

# What the edge decides by itself; a wrong one would break the answer.
NOT_SETTABLE = {
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "date",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "basic-auth",
}


def read_redirects(path):
    rules, problems = [], []
    for number, line in lines(path):
        words = line.split()
        try:
            rules.append(redirect(words))
        except ValueError as e:
            problems.append("%s:%d: %s" % (REDIRECTS, number, e))
    refuse(problems, "invalid_redirects", REDIRECTS, "/old/* /new/:splat 301")
    return rules


def redirect(words):
    """from to [status][!]"""
    if len(words) < 2:
        raise ValueError("'%s' is not 'from to status'." % " ".join(words))
    source, target, rest = words[0], words[1], words[2:]
    check_path(source)
    if "=" in target and not target.startswith(("/", "http")):
        raise ValueError("rules that depend on the query (%s) are not supported." % target)
    status = rest[0] if rest else "301"
    force = status.endswith("!")
    if not status.rstrip("!").isdigit() or int(status.rstrip("!")) not in STATUSES:
        raise ValueError("'%s' is not a status of %s." % (status, ", ".join(map(str, sorted(STATUSES)))))
    if rest[1:]:
        raise ValueError("conditions (%s) are not supported." % " ".join(rest[1:]))
    status = int(status.rstrip("!"))
    if not target.startswith("/"):
        if not target.startswith(("http://", "https://")):
            raise ValueError("'%s' is neither a path nor an http address." % target)
        if not 300 <= status < 400:
            raise ValueError("another server's pages (%s) cannot be shown as one's own: use a status of 301 to 308." % target)
    return {"from": source, "to": quote(target, safe="/:?#[]@!$&'()*+,;=%~"), "status": status, "force": force}


def read_headers(path):
    blocks, problems = [], []
    for number, line in lines(path):
        try:
            if line[0].isspace():
                add_header(blocks, line.strip())
            else:
                check_path(line.strip())
                blocks.append({"path": line.strip(), "set": {}})
        except ValueError as e:
            problems.append("%s:%d: %s" % (HEADERS, number, e))
    refuse(problems, "invalid_headers", HEADERS, "/assets/*\\n  Cache-Control: public, max-age=31536000, immutable")
    return [block for block in blocks if block["set"]]


def add_header(blocks, text):
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not re.fullmatch(r"[A-Za-z0-9_-]+", name) or not value:
        raise ValueError("'%s' is not 'Name: value'." % text)
    if not value.isascii() or not value.isprintable():
        raise ValueError("the value of %s has characters that a header cannot have." % name)
    if name.lower() in NOT_SETTABLE:
        raise ValueError("%s cannot be set here." % name)
    if not blocks:
        raise ValueError("no path stands before it.")
    headers = blocks[-1]["set"]
    headers[name] = headers[name] + ", " + value if name in headers else value


def check_path(path):
    if not path.startswith("/"):
        raise ValueError("'%s' is not a path: it must begin with a slash." % path)
    if "*" in path[:-1] or (path.endswith("*") and not path.endswith("/*")):
        raise ValueError("in '%s', a star may only be the whole last part." % path)


def lines(path):
    """(number, line without its end) of lines that are not empty or comments."""
    if not os.path.isfile(path):
        return
    try:
        with open(path, encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip() and not line.lstrip().startswith("#"):
                    yield number, line.rstrip()
    except UnicodeDecodeError as e:
        raise BuildError("wrong_encoding", "%s is not UTF-8." % os.path.basename(path), why=str(e), next="Save it as UTF-8.")


def refuse(problems, id, file, example):
    if problems:
        raise BuildError(
            id,
            "%s has %s." % (file, "a line that cannot be followed" if len(problems) == 1 else "lines that cannot be followed"),
            why=problems[0],
            next="Correct %s; a good one is: %s" % (file, example),
            evidence=problems,
        )
