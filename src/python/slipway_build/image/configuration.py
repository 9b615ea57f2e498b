"""What an image's configuration means here: its JSON in, /slipway/facts.json out. It was written by a stranger."""
import os
import re
import shlex
import signal

from slipway_build import facts
from slipway_build.errors import BuildError
from slipway_build.log import say

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
NUMBER = re.compile(r"[0-9]{1,5}\Z")
URL_PATH = re.compile(r"/[!-~]{0,199}\Z")
LOCAL_URL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[^/\s'\"]*)?(/[^\s'\"|;&)#\\]*)?")
SHELLS = {"sh", "bash", "ash", "dash"}


def write(request, paths, config, digest, reference):
    inner = section(config, "config")
    user = text(inner, "User") or None
    environment = read_environment(inner, paths, user)
    port, health, volumes = choose_port(request, inner), health_path(inner), choose_volumes(inner, paths)
    describe(user, port, inner)
    slipway = os.path.join(paths.rootfs, "slipway")
    os.mkdir(slipway)
    values = dict(
        facts.DEFAULTS,
        working_directory=clean_path(text(inner, "WorkingDir") or "/"),
        process_types=process_types(request, inner),
        environment=environment,
        volumes=volumes,
        container={
            "digest": digest,
            "reference": reference,
            "user": user,
            "port": port,
            "stop_signal": stop_signal(inner),
            "health_path": health,
        },
        origins={
            "processes.web.command": "the image's ENTRYPOINT and CMD",
            **{"volumes.%s.path" % name: "the image's VOLUME" for name in volumes},
            **({"port": "the image's EXPOSE"} if port else {}),
            **({"health.path": "the image's HEALTHCHECK"} if health else {}),
        },
    )
    facts.write_json_file(os.path.join(slipway, "facts.json"), values)


def describe(user, port, inner):
    if user not in (None, "0", "root"):
        say("User: the app's own, not %s: whatever the image's files were, they are the app's." % user)
    else:
        say("User: the app's own, not root: the image's files are the app's, and nothing in it has privileges.")
    if port:
        say("Port: %d, in $PORT too." % port)
    else:
        say("Port: the image EXPOSEs none, so its web process has to listen on $PORT.")


# commands

def process_types(request, inner):
    entrypoint, command = words(inner, "Entrypoint"), words(inner, "Cmd")
    types = {}
    if entrypoint or command:
        types["web"] = shlex.join([*entrypoint, *([] if is_script(entrypoint) else command)])
    if request.details.get("processes_only") and request.process_types:
        types = {}
    types.update({name: with_entrypoint(entrypoint, line) for name, line in request.process_types.items()})
    if not types:
        raise BuildError(
            "image_without_command",
            "The image does not say what to run: it has neither ENTRYPOINT nor CMD.",
            next='Add CMD to its Dockerfile, or write into slipway.toml: [processes] web = "COMMAND"',
        )
    return types


def with_entrypoint(entrypoint, line):
    """A command of the user's takes the place of CMD, so the entry point, which prepares things, still starts it."""
    if not entrypoint or is_script(entrypoint):
        return line
    if is_shell(entrypoint):
        return shlex.join([*entrypoint, line])
    return "%s %s" % (shlex.join(entrypoint), line)


def is_shell(entrypoint):
    return len(entrypoint) > 1 and os.path.basename(entrypoint[0]) in SHELLS and entrypoint[-1] == "-c"


def is_script(entrypoint):
    """ENTRYPOINT in its shell form: a whole command line, that takes no more words."""
    return len(entrypoint) == 3 and is_shell(entrypoint[:2])


def words(inner, key):
    value = inner.get(key) or []
    if not isinstance(value, list) or not all(map(is_text, value)):
        raise invalid("its %s is not a list of words" % key)
    return value


def text(inner, key):
    value = inner.get(key) or ""
    if not is_text(value):
        raise invalid("its %s is not a word" % key)
    return value


def is_text(value):
    """What a program can be given: JSON may also hold NUL, and halves of characters."""
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def section(of, key):
    value = (of.get(key) or {}) if isinstance(of, dict) else None
    if not isinstance(value, dict) or not all(map(is_text, value)):
        raise invalid("its %s is not a list of names with values" % key)
    return value


# environment

def read_environment(inner, paths, user):
    environment = {"PATH": DEFAULT_PATH, "HOME": home_of(paths, user)}
    for entry in words(inner, "Env"):
        name, _, value = entry.partition("=")
        if NAME.match(name):
            environment[name] = value
        else:
            say("Left out: an environment variable with the name %r." % name[:100])
    return environment


def home_of(paths, user):
    """Where /etc/passwd of the image says that its user lives."""
    name = (user or "root").split(":")[0]
    folder = os.path.join(paths.rootfs, "etc")
    path = os.path.join(folder, "passwd")
    if not os.path.islink(folder) and not os.path.islink(path) and os.path.isfile(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                fields = line.rstrip("\n").split(":")
                if len(fields) == 7 and name in (fields[0], fields[2]) and fields[5].startswith("/"):
                    return fields[5]
    return "/root" if name in ("root", "0") else "/"


# network

def choose_port(request, inner):
    """$PORT: what slipway.toml says, else the port that the image EXPOSEs; of several 80, else the lowest."""
    if request.details.get("port"):
        return int(request.details["port"])
    ports = sorted(
        int(number) for number, _, protocol in (entry.partition("/") for entry in section(inner, "ExposedPorts"))
        if protocol in ("", "tcp") and NUMBER.match(number) and 0 < int(number) < 65536
    )
    if not ports:
        return None
    port = 80 if 80 in ports else ports[0]
    if len(ports) > 1:
        say("The image EXPOSEs %s; requests go to %d (to have it otherwise: port = %d in slipway.toml)." % (", ".join(map(str, ports)), port, ports[-1]))
    return port


def health_path(inner):
    test = words(section(inner, "Healthcheck"), "Test")
    if not test or test[0] == "NONE":
        return None
    found = LOCAL_URL.search(" ".join(test[1:]))
    path = (found[1] or "/") if found else ""
    if not URL_PATH.match(path) or "//" in path or ".." in path:
        say("HEALTHCHECK is not run here; Slipway asks for / (to have it otherwise: health.path in slipway.toml).")
        return None
    say("Health: %s, as HEALTHCHECK asks for it." % path)
    return path


# files

def choose_volumes(inner, paths):
    """VOLUME: what is written there outlives releases. Not over files that the image has there: they would be hidden."""
    chosen = {}
    for entry in sorted(section(inner, "Volumes")):
        path = clean_path(entry)
        if path == "/" or has_files(paths.rootfs, path):
            say("VOLUME %s stays a folder of the image, as it has files there; what is written there goes with each release." % path)
            continue
        name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-0123456789")[:26].strip("-") or "volume"
        chosen[name if name not in chosen else "%s-%d" % (name, len(chosen))] = path
    return chosen


def has_files(root, path):
    at = root
    for part in path.strip("/").split("/"):
        at = os.path.join(at, part)
        if os.path.islink(at):
            return True
        if not os.path.exists(at):
            return False
    return not os.path.isdir(at) or bool(os.listdir(at))


def clean_path(path):
    return os.path.normpath("/" + path).replace("//", "/")


def stop_signal(inner):
    """Its number; None for TERM, and for what this kernel does not know."""
    name = text(inner, "StopSignal").upper()
    number = int(name) if NUMBER.match(name) else signal.Signals.__members__.get(name if name.startswith("SIG") else "SIG" + name)
    return int(number) if number and 0 < number < 32 and number != signal.SIGTERM else None


def invalid(why):
    return BuildError("invalid_image", "The image's configuration cannot be used: %s." % why, next="Build the image anew, and look at it: skopeo inspect --config oci-archive:image.tar")
