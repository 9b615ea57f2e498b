"""How Apache and php-fpm serve an app: files of /slipway/php."""
import os
import shutil

from slipway_build.log import say

HERE = os.path.dirname(os.path.abspath(__file__))

COMMAND = "/slipway/php/serve"
SESSIONS_VOLUME, SESSIONS = "php-sessions", "/data/php-sessions"

# Directories of *.ini files, in this order: Debian's, ours, the app's.
ENVIRONMENT = {"PHP_INI_SCAN_DIR": ":/slipway/php/ini"}


def write(request, paths, document_root, volumes):
    folder = os.path.join(paths.slipway, "php")
    os.makedirs(os.path.join(folder, "ini"))
    version = request.details["php"]
    fill(
        "apache.conf", folder, {"DOCUMENT_ROOT": "/app/" + document_root if document_root else "/app", "UPLOADS": "\n".join(upload_rules(volumes))}
    )  # fmt: skip
    fill("fpm.conf", folder, {"SESSIONS": SESSIONS})
    fill("slipway.ini", os.path.join(folder, "ini"), {"SESSIONS": SESSIONS}, "50-slipway.ini")
    fill("serve", folder, {"PHP_FPM": "/usr/sbin/php-fpm" + version, "SEEDS": "\n".join(seeds(paths, volumes))})
    fill("sendmail", folder, {})
    for program in ("serve", "sendmail"):
        os.chmod(os.path.join(folder, program), 0o755)
    own = os.path.join(paths.app, "php.ini")
    if os.path.isfile(own):
        shutil.copyfile(own, os.path.join(folder, "ini", "90-app.ini"))
        say("php.ini: its settings hold for the whole app.")


def fill(template, folder, values, name=None):
    with open(os.path.join(HERE, template), encoding="utf-8") as file:
        text = file.read()
    for key, value in values.items():
        text = text.replace("@%s@" % key, value)
    with open(os.path.join(folder, name or template), "w", encoding="utf-8") as file:
        file.write(text)


def upload_rules(volumes):
    """What visitors could have put on a volume is shown, and never run."""
    for path in volumes.values():
        yield '<Directory "%s">' % path
        yield "    AllowOverride None"
        yield "    <FilesMatch \"(?i)\\.(ph(p[0-9]*|ar|tml|ps)|cgi|pl|py|sh)(\\.|$)\">"
        yield "        SetHandler None"
        yield "        Require all denied"
        yield "    </FilesMatch>"
        yield "</Directory>"


def seeds(paths, volumes):
    """A volume begins with what the source has in its place: whoever moves a site brings its uploads along."""
    for name, path in volumes.items():
        source = os.path.join(paths.root, path.lstrip("/"))
        if os.path.isdir(source) and os.listdir(source):
            seed = os.path.join(paths.slipway, "seeds", name)
            os.makedirs(os.path.dirname(seed), exist_ok=True)
            shutil.move(source, seed)
            say("%s: its %d entries go to the volume %s, as far as it lacks them." % (path, len(os.listdir(seed)), name))
            yield "cp -Rn --no-preserve=mode,ownership /slipway/seeds/%s/. %s/" % (name, path)
        os.makedirs(source, exist_ok=True)
