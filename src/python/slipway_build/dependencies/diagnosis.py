"""From what pip printed to one failure with a name, a reason and a next step."""
import re
import sys

from slipway_build.dependencies.system_libraries import HEADERS, TOOLS
from slipway_build.errors import BuildError, disk_full


def diagnose(status, lines, request):
    """The first rule that recognizes it; rules are ordered from the cause to its consequences."""
    log = "\n".join(lines)
    for rule in RULES:
        error = rule(log, lines, status, request)
        if error is not None:
            error.evidence = error.evidence or tail(lines)
            return error
    return BuildError("pip_failed", "pip could not install what the app requires (exit status %d)." % status,
                      why=next((line for line in reversed(lines) if line.startswith("ERROR:")), None),
                      next="The lines above say more.", evidence=tail(lines))


def tail(lines):
    return [line for line in lines if line.strip()][-20:]


def lacks_version(lines, project):
    return any(re.match(r"ERROR: No matching distribution found for %s\b" % project, line, re.I) for line in lines)


def where(request):
    return request.file or "the requirements"


def lines_with(lines, pattern, around=0):
    found = [i for i, line in enumerate(lines) if re.search(pattern, line)]
    keep = sorted({j for i in found for j in range(max(0, i - around), min(len(lines), i + around + 1))})
    return [lines[i] for i in keep]


def no_space(log, lines, status, request):
    match = re.search(r".*(No space left on device|Disk quota exceeded).*", log)
    return disk_full(match.group(0).strip()) if match else None


def no_memory(log, lines, status, request):
    match = re.search(r".*(MemoryError|Killed signal terminated program|virtual memory exhausted|Cannot allocate memory).*", log)
    if match or status in (-9, 137):
        return BuildError("out_of_memory", "Installing the requirements ran out of memory.",
                          why=match.group(0).strip() if match else "pip was killed.",
                          next="Use versions that have wheels (nothing to compile), or raise the server's memory limit for builds.")


def unreachable(log, lines, status, request):
    pattern = (r"(after connection broken by|Could not fetch URL|Temporary failure in name resolution|Name or service not known"
               r"|Network is unreachable|Connection refused|ConnectTimeoutError|Read timed out|Max retries exceeded|ProxyError)")
    if re.search(r"(No matching distribution found|Could not install packages due to an OSError|HTTPSConnectionPool|HTTPConnectionPool)", log) \
            and re.search(pattern, log):
        # The user's own index among the config vars, or the server's.
        return BuildError("index_unreachable", "The package index could not be reached.",
                          why=(re.findall(r"(?:NewConnectionError|ConnectTimeoutError|ProxyError|SSLError|ReadTimeoutError)\(.*?: (.*?)['\"]\)", log) or [lines_with(lines, pattern)[-1]])[-1],
                          next="Check the server's way to the internet; `slipway server set package-index=URL` names another index, "
                               "`local` one on the server's own disk.", evidence=lines_with(lines, pattern)[-5:])


def unauthorized(log, lines, status, request):
    match = re.search(r".*\b(401|403)\b.*(Unauthorized|Forbidden|Error|redentials).*", log)
    if match and "git" not in match.group(0):
        return BuildError("index_unauthorized", "The package index refused the credentials.", why=match.group(0).strip(),
                          next="Set PIP_INDEX_URL or PIP_EXTRA_INDEX_URL with a user and password: slipway config set PIP_INDEX_URL=…")


def private(log, lines, status, request):
    repository = re.search(r"(?:Running command git clone|git clone)[^\n]*?((?:https?|ssh|git)://\S+|git@\S+)", log)
    match = re.search(r".*(could not read (Username|Password)|Permission denied \(publickey|Authentication failed|Repository not found|"
                      r"Could not read from remote repository|Host key verification failed|terminal prompts disabled).*", log)
    if match:
        return BuildError("private_repository", "A requirement comes from a git repository that the build may not read%s."
                          % (": " + repository.group(1) if repository else ""), why=match.group(0).strip(),
                          next="Use an https URL with a read-only token from a config var, a package index, or commit the package into the app.")


def hashes(log, lines, status, request):
    if "DO NOT MATCH THE HASHES" in log:
        package = re.search(r"^\s+(\S+) from \S+.*:\s*$", log, re.M)
        return BuildError("package_hash_mismatch", "A downloaded package is not the one that %s was made with%s."
                          % (where(request), ": " + package.group(1) if package else ""),
                          why="Its SHA-256 differs: the index was changed, has other builds of it, or someone tampered with it.",
                          next="Make the lock file again against this index, and look at what changed.",
                          evidence=lines_with(lines, r"Expected|Got|DO NOT MATCH|from https?|from file"))
    match = re.search(r"ERROR: (Hashes are required.*|In --require-hashes mode.*)", log)
    if match:
        return BuildError("requirements_invalid", "Some lines of %s have hashes and others do not." % where(request), why=match.group(1),
                          next="Give every line its --hash (pip-compile --generate-hashes does), or none.")


def invalid(log, lines, status, request):
    match = re.search(r"ERROR: ((Invalid requirement|Could not open requirements file|Invalid constraint|no such option|Invalid URL|Exception: Invalid).*)", log) \
        or re.search(r"(?:^|\n)\S*pip: error: (.*)", log) \
        or re.search(r"ERROR: ((?:.* is not a valid editable requirement|Directory .* is not installable|.*does not appear to be a Python project).*)", log)
    if match:
        return BuildError("requirements_invalid", "%s has a line that pip does not understand." % where(request),
                          why=match.group(1).strip(), next="Correct the line, then deploy again.",
                          evidence=lines_with(lines, re.escape(match.group(1)[:40]), 2))


def conflict(log, lines, status, request):
    if "ResolutionImpossible" in log or "conflicting dependencies" in log:
        caused = lines_with(lines, r"depends on|The user requested|The conflict is caused by|conflicting dependencies")
        return BuildError("package_conflict", "Two requirements contradict each other.",
                          why="; ".join(line.strip() for line in caused if "depends on" in line or "requested" in line)[:300] or None,
                          next="Loosen one of the versions in %s." % where(request), evidence=caused)


def python_version(log, lines, status, request):
    missing = re.search(r"ERROR: No matching distribution found for (.+)", log)
    own = re.search(r"ERROR: (?:Package )?'?(.+?)'? requires a different Python: (\S+) not in '([^']+)'", log)
    if own:
        return BuildError("package_needs_other_python", "%s does not run on Python %s." % (own.group(1), own.group(2)),
                          why="It says that it needs Python %s." % own.group(3),
                          next="Choose a version of it for Python %d.%d in %s." % (*sys.version_info[:2], where(request)))
    ignored = re.search(r"Ignored the following versions that require a different python version: (.+)", log)
    if missing and ignored:
        return BuildError("package_needs_other_python", "No version of %s that you allow runs on Python %d.%d." % (name_of(missing.group(1)), *sys.version_info[:2]),
                          why=("These need another Python: " + ignored.group(1))[:400],
                          next="Allow another version of it in %s." % where(request))


def not_found(log, lines, status, request):
    missing = re.search(r"ERROR: No matching distribution found for (.+)", log)
    if not missing:
        return None
    wanted, name = re.sub(r"\s*\(from .*$", "", missing.group(1)).strip(), name_of(missing.group(1))
    versions = re.search(r"\(from versions: ([^)]*)\)", log)
    known = versions.group(1) if versions else "none"
    index = "the server's own package index" if (request.index_url or "").startswith("file:") else "the package index"
    found = lines_with(lines, re.escape(name) + r".*(from versions|No matching)|No matching distribution")
    if known == "none":
        return BuildError("package_not_found", "There is no package %s." % name, why="%s has nothing of that name for this Python and machine." % index.capitalize(),
                          next="Check the spelling in %s%s." % (where(request), by_name(name)), evidence=found)
    return BuildError("package_version_not_found", "There is no %s." % wanted, why="%s has %s: %s." % (index.capitalize(), name, known[-300:]),
                      next="Ask for a version that there is, in %s." % where(request), evidence=found)


def by_name(name):
    """Import names that people take for project names."""
    known = {"pil": "Pillow", "yaml": "PyYAML", "cv2": "opencv-python-headless", "sklearn": "scikit-learn", "dotenv": "python-dotenv",
             "environ": "django-environ", "decouple": "python-decouple", "rest-framework": "djangorestframework", "bs4": "beautifulsoup4",
             "dateutil": "python-dateutil", "jwt": "PyJWT", "mysqldb": "mysqlclient", "psycopg2-bin": "psycopg2-binary"}
    return "; perhaps you mean %s" % known[name.lower()] if name.lower() in known else ""


def name_of(requirement):
    return re.match(r"\s*([A-Za-z0-9._-]*)", requirement).group(1)


def system_library(log, lines, status, request):
    header = re.search(r"fatal error: (\S+?):? No such file or directory", log)
    tool = re.search(r"(?:Error: )?(pg_config) executable not found|([\w+-]+): (?:command )?not found|No such file or directory: '([\w+-]+)'"
                     r"|command '(\S+?)' failed: No such file|Cannot find command '([\w-]+)'|(Rust|cargo) (?:compiler|toolchain|,)? ?(?:is )?(?:required|not found|not installed)"
                     r"|(mysql)config|Can not find valid (pkg-config) name", log, re.I)
    what, package, instead = None, None, None
    if header:
        what = header.group(1)
        package, instead = next((v for k, v in HEADERS.items() if what == k or what.endswith("/" + k)), (None, None))
    elif tool:
        what = next(g for g in tool.groups() if g)
        what = {"rust": "cargo", "mysql": "mysql_config"}.get(what.lower(), what)
        package, instead = TOOLS.get(what, (None, None))
        if package is None:
            return None
        if what == "pkg-config" and "mysqlclient" in log:
            package, instead = TOOLS["mysql_config"]
    else:
        return None
    building = re.search(r"(?:Failed building wheel for|Building wheel for|Getting requirements to build wheel.*for) (\S+)", log)
    then = "Use %s" % instead if instead else "Use a version of the package that has a wheel"
    if package:
        then += ", or add the Debian package %s to the stack" % package
    return BuildError("missing_system_library", "%s has to be compiled, and %s is missing."
                      % (building.group(1) if building else "A requirement", what),
                      why="The package has no wheel for this Python and machine, so pip builds it from source%s."
                          % (", which needs Debian's %s" % package if package else ""),
                      next=then + ".", evidence=lines_with(lines, re.escape(what), 1)[-10:])


def build_failed(log, lines, status, request):
    names = re.findall(r"(?:Failed building wheel for|Failed to build) (\S+)", log)
    if names or "subprocess-exited-with-error" in log or "metadata-generation-failed" in log:
        name = names[0] if names else next(iter(re.findall(r"Collecting (\S+)", log)[-1:]), "A package")
        last = [line for line in lines if re.search(r"\w*Error\b", line) and not re.search(r"^(error|ERROR): (subprocess|metadata|Could not build)", line.strip())]
        return BuildError("package_build_failed", "%s could not be built." % name_of(name), why=last[-1].strip(" ×│╰─>") if last else None,
                          next="Ask for a newer version of it: most have wheels, which need no building.", evidence=tail(lines))


RULES = [no_space, no_memory, private, unauthorized, unreachable, hashes, invalid, conflict, python_version, not_found, system_library, build_failed]
