"""From what pip printed to one failure with a name, a reason and a next step."""
import re
import sys

from slipway_build.python.dependencies.system_libraries import HEADERS, TOOLS
from slipway_build import git
from slipway_build.errors import BuildError, disk_full

PYTHON = "%d.%d" % sys.version_info[:2]

NO_SPACE = re.compile(r".*(No space left on device|Disk quota exceeded).*")
NO_MEMORY = re.compile(
    r".*(MemoryError|Killed signal terminated program|virtual memory exhausted|Cannot allocate memory).*"
)
NOT_CONNECTED = re.compile(
    r"after connection broken by|Could not fetch URL|Temporary failure in name resolution|Name or service not known"
    r"|Network is unreachable|Connection refused|ConnectTimeoutError|Read timed out|Max retries exceeded|ProxyError"
)
CONNECTION_ERROR = re.compile(
    r"(?:NewConnectionError|ConnectTimeoutError|ProxyError|SSLError|ReadTimeoutError)\(.*?: (.*?)['\"]\)"
)
GAVE_UP = re.compile(
    r"No matching distribution found|Could not install packages due to an OSError|HTTPS?ConnectionPool"
)
UNAUTHORIZED = re.compile(r".*\b(401|403)\b.*(Unauthorized|Forbidden|Error|redentials).*")
REPOSITORY = re.compile(r"git clone[^\n]*?((?:https?|ssh|git)://[^\s']+|git@[^\s']+)")
MISMATCH = re.compile(r"^\s+(\S+) from \S+.*:\s*$", re.M)
HALF_HASHED = re.compile(r"ERROR: (Hashes are required.*|In --require-hashes mode.*)")
INVALID = re.compile(
    r"(?:ERROR: |pip: error: )((?:Invalid requirement|Invalid constraint|Invalid URL|Could not open requirements file"
    r"|no such option|.* is not a valid editable requirement|Directory .* is not installable"
    r"|.*does not appear to be a Python project).*)"
)
OTHER_PYTHON = re.compile(r"ERROR: (?:Package )?'?(.+?)'? requires a different Python: (\S+) not in '([^']+)'")
IGNORED = re.compile(r"Ignored the following versions that require a different python version: (.+)")
NO_MATCH = re.compile(r"ERROR: No matching distribution found for (.+)")
VERSIONS = re.compile(r"\(from versions: ([^)]*)\)")
HEADER = re.compile(r"fatal error: (\S+?):? No such file or directory")
# How compilers, setup scripts and shells say that a program is not there; the group that matched holds its name.
PROGRAM = re.compile(
    r"(pg_config) executable not found"
    r"|([\w+-]+): (?:command )?not found"
    r"|No such file or directory: '([\w+-]+)'"
    r"|command '(\S+?)' failed: No such file"
    r"|Cannot find command '([\w-]+)'"
    r"|(Rust|cargo) (?:compiler|toolchain|,)? ?(?:is )?(?:required|not found|not installed)"
    r"|(mysql)config"
    r"|Can not find valid (pkg-config) name",
    re.I,
)
BUILDING = re.compile(
    r"(?:Failed building wheel for|Building wheel for|Getting requirements to build wheel.*for) (\S+)"
)
NOT_BUILT = re.compile(r"(?:Failed building wheel for|Failed to build) (\S+)")
# pip's own words for 'a build failed', which hide the error that made it fail.
WRAPPING = re.compile(r"\s*(error|ERROR): (subprocess|metadata|Could not build)")

# Import names that people take for project names.
MEANT = {
    "pil": "Pillow",
    "yaml": "PyYAML",
    "cv2": "opencv-python-headless",
    "sklearn": "scikit-learn",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "decouple": "python-decouple",
    "rest-framework": "djangorestframework",
    "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil",
    "jwt": "PyJWT",
    "mysqldb": "mysqlclient",
}


class Output:
    """What pip printed, and what it was asked for."""

    def __init__(self, status, lines, request):
        self.status, self.lines = status, lines
        self.log = "\n".join(lines)
        self.file = request.file or "the requirements"
        self.index = "The package index"
        if (request.index_url or "").startswith("file:"):
            self.index = "The server's own package index"

    def find(self, pattern):
        return pattern.search(self.log)

    def lines_with(self, pattern, around=0):
        found = [i for i, line in enumerate(self.lines) if re.search(pattern, line)]
        keep = {j for i in found for j in range(max(0, i - around), min(len(self.lines), i + around + 1))}
        return [self.lines[i] for i in sorted(keep)]

    def tail(self):
        return [line for line in self.lines if line.strip()][-20:]


def diagnose(status, lines, request):
    """What the first rule says that recognizes it; rules are ordered from causes to their consequences."""
    output = Output(status, lines, request)
    for rule in RULES:
        error = rule(output)
        if error is not None:
            error.evidence = error.evidence or output.tail()
            return error
    return BuildError(
        "pip_failed",
        "pip could not install what the app requires (exit status %d)." % status,
        why=next((line for line in reversed(lines) if line.startswith("ERROR:")), None),
        next="The lines above say more.",
        evidence=output.tail(),
    )


def lacks_version(lines, project):
    return any(re.match(r"ERROR: No matching distribution found for %s\b" % project, line, re.I) for line in lines)


def name_of(requirement):
    return re.match(r"\s*([A-Za-z0-9._-]*)", requirement).group(1)


def no_space(output):
    match = output.find(NO_SPACE)
    return disk_full(match.group(0).strip()) if match else None


def no_memory(output):
    match = output.find(NO_MEMORY)
    if match or output.status in (-9, 137):
        return BuildError(
            "out_of_memory",
            "Installing the requirements ran out of memory.",
            why=match.group(0).strip() if match else "pip was killed.",
            next="Use versions that have wheels (nothing to compile), or raise the server's memory limit for builds.",
        )


def private(output):
    # git names the repository in the lines above its refusal; of several clones, the last one failed.
    clones = REPOSITORY.findall(output.log)
    return git.refused(output.lines, clones[-1] if clones else None)


def unauthorized(output):
    match = output.find(UNAUTHORIZED)
    if match and "git" not in match.group(0):
        return BuildError(
            "index_unauthorized",
            "The package index refused the credentials.",
            why=match.group(0).strip(),
            next="Name the index with a user and password: slipway config set PIP_INDEX_URL=https://USER:PASSWORD@…",
        )


def unreachable(output):
    if output.find(GAVE_UP) and output.find(NOT_CONNECTED):
        said = output.lines_with(NOT_CONNECTED)
        return BuildError(
            "index_unreachable",
            "The package index could not be reached.",
            why=(CONNECTION_ERROR.findall(output.log) or said)[-1],
            next="Check the server's way to the internet. Another index is named by the server's setting package-index "
            "(`local`: one on its own disk), or for one app by the config var PIP_INDEX_URL.",
            evidence=said[-5:],
        )


def hashes(output):
    if "DO NOT MATCH THE HASHES" in output.log:
        package = output.find(MISMATCH)
        which = ": " + package.group(1) if package else ""
        return BuildError(
            "package_hash_mismatch",
            "A downloaded package is not the one that %s was made with%s." % (output.file, which),
            why="Its SHA-256 differs: the index was changed, has other builds of it, or someone tampered with it.",
            next="Make the lock file again against this index, and look at what changed.",
            evidence=output.lines_with(r"Expected|Got|DO NOT MATCH|from https?|from file"),
        )
    match = output.find(HALF_HASHED)
    if match:
        return BuildError(
            "requirements_invalid",
            "Some lines of %s have hashes and others do not." % output.file,
            why=match.group(1),
            next="Give every line its --hash (pip-compile --generate-hashes does), or none.",
        )


def invalid(output):
    match = output.find(INVALID)
    if match:
        return BuildError(
            "requirements_invalid",
            "%s has a line that pip does not understand." % output.file,
            why=match.group(1).strip(),
            next="Correct the line, then deploy again.",
            evidence=output.lines_with(re.escape(match.group(1)[:40]), around=2),
        )


def conflict(output):
    if "ResolutionImpossible" in output.log or "conflicting dependencies" in output.log:
        caused = output.lines_with(r"depends on|The user requested|The conflict is caused by|conflicting dependencies")
        reasons = [line.strip() for line in caused if "depends on" in line or "requested" in line]
        return BuildError(
            "package_conflict",
            "Two requirements contradict each other.",
            why="; ".join(reasons)[:300] or None,
            next="Loosen one of the versions in %s." % output.file,
            evidence=caused,
        )


def python_version(output):
    own = output.find(OTHER_PYTHON)
    if own:
        return BuildError(
            "package_needs_other_python",
            "%s does not run on Python %s." % (own.group(1), own.group(2)),
            why="It says that it needs Python %s." % own.group(3),
            next="Choose a version of it for Python %s in %s." % (PYTHON, output.file),
        )
    missing, ignored = output.find(NO_MATCH), output.find(IGNORED)
    if missing and ignored:
        return BuildError(
            "package_needs_other_python",
            "No version of %s that you allow runs on Python %s." % (name_of(missing.group(1)), PYTHON),
            why=("These need another Python: " + ignored.group(1))[:400],
            next="Allow another version of it in %s." % output.file,
        )


def not_found(output):
    missing = output.find(NO_MATCH)
    if not missing:
        return None
    wanted, name = re.sub(r"\s*\(from .*$", "", missing.group(1)).strip(), name_of(missing.group(1))
    versions = output.find(VERSIONS)
    known = versions.group(1) if versions else "none"
    found = output.lines_with(re.escape(name) + r".*(from versions|No matching)|No matching distribution")
    if known == "none":
        perhaps = "; perhaps you mean %s" % MEANT[name.lower()] if name.lower() in MEANT else ""
        return BuildError(
            "package_not_found",
            "There is no package %s." % name,
            why="%s has nothing of that name for this Python and machine." % output.index,
            next="Check the spelling in %s%s." % (output.file, perhaps),
            evidence=found,
            details={"package": name, **({"meant": MEANT[name.lower()]} if perhaps else {})},
        )
    return BuildError(
        "package_version_not_found",
        "There is no %s." % wanted,
        why="%s has %s: %s." % (output.index, name, known[-300:]),
        next="Ask for a version that there is, in %s." % output.file,
        evidence=found,
    )


def system_library(output):
    what, package, instead = missing_header(output) or missing_program(output) or (None, None, None)
    if what is None:
        return None
    building = output.find(BUILDING)
    who = building.group(1) if building else "A requirement"
    needs = ", which needs Debian's %s" % package if package else ""
    stack = ", or add the Debian package %s to the stack" % package if package else ""
    return BuildError(
        "missing_system_library",
        "%s has to be compiled, and %s is missing." % (who, what),
        why="The package has no wheel for this Python and machine, so pip builds it from source%s." % needs,
        next="Use %s%s." % (instead or "a version of the package that has a wheel", stack),
        evidence=output.lines_with(re.escape(what), around=1)[-10:],
        details={"package": who, "missing": what, "debian": package or "", "instead": instead or ""},
    )


def missing_header(output):
    """(header, Debian package or None, way around it or None)."""
    match = output.find(HEADER)
    if match:
        what = match.group(1)
        known = (v for k, v in HEADERS.items() if what == k or what.endswith("/" + k))
        return (what, *next(known, (None, None)))


def missing_program(output):
    """The same for a program; None when it is not one that builds are known to want."""
    match = output.find(PROGRAM)
    if match:
        what = next(filter(None, match.groups()))
        what = {"rust": "cargo", "mysql": "mysql_config"}.get(what.lower(), what)
        if what == "pkg-config" and "mysqlclient" in output.log:
            what = "mysql_config"
        return (what, *TOOLS[what]) if what in TOOLS else None


def build_failed(output):
    names = NOT_BUILT.findall(output.log)
    if (
        not names
        and "subprocess-exited-with-error" not in output.log
        and "metadata-generation-failed" not in output.log
    ):
        return None
    name = (names or re.findall(r"Collecting (\S+)", output.log)[-1:] or ["A package"])[0]
    errors = [line for line in output.lines_with(r"\w*Error\b") if not WRAPPING.match(line)]
    return BuildError(
        "package_build_failed",
        "%s could not be built." % name_of(name),
        why=errors[-1].strip(" ×│╰─>") if errors else None,
        next="Ask for a newer version of it: most have wheels, which need no building.",
    )


RULES = [
    no_space,
    no_memory,
    private,
    unauthorized,
    unreachable,
    hashes,
    invalid,
    conflict,
    python_version,
    not_found,
    system_library,
    build_failed,
]
