"""`php_value` and `php_flag` in .htaccess files are for a PHP inside Apache, and an error to an Apache that speaks to
php-fpm. In the image they stand in the .user.ini beside, which is where php-fpm reads the same."""
import os
import re

from slipway_build.log import say

LINE = re.compile(r"^\s*php_(admin_)?(value|flag)\s+(\S+)\s+(.*?)\s*$", re.IGNORECASE)
# Inside such a block Apache skips the lines by itself.
GUARD = re.compile(r"^\s*<(/?)IfModule\s+[\"']?(?:mod_php\d*|php\d*_module)", re.IGNORECASE)
END = re.compile(r"^\s*</IfModule", re.IGNORECASE)


def convert(paths, files):
    for path in files:
        if os.path.basename(path) == ".htaccess" and not os.path.islink(os.path.join(paths.app, path)):
            convert_file(os.path.join(paths.app, path), path)


def convert_file(file, path):
    with open(file, encoding="utf-8", errors="surrogateescape") as reader:
        lines = reader.read().split("\n")
    settings, kept, guarded = {}, [], False
    for line in lines:
        guarded = (guarded or GUARD.match(line) is not None) and not END.match(line)
        match = LINE.match(line)
        if match:
            admin, kind, name, value = match.groups()
            value = value.strip("\"'")
            # The admin's are for Apache's own configuration; a .htaccess never could set them.
            if not admin:
                settings[name] = value if kind.lower() == "value" else "1" if value.lower() in ("on", "1", "true", "yes") else "0"
            if not guarded:
                line = "# Slipway: in .user.ini: " + line.strip()
        kept.append(line)
    if kept != lines:
        with open(file, "w", encoding="utf-8", errors="surrogateescape") as writer:
            writer.write("\n".join(kept))
    if not settings:
        return
    ini = os.path.join(os.path.dirname(file), ".user.ini")
    own = open(ini, encoding="utf-8", errors="surrogateescape").read() if os.path.exists(ini) else ""
    # The user's own .user.ini comes last, so it holds where both name a setting.
    with open(ini, "w", encoding="utf-8", errors="surrogateescape") as writer:
        writer.write("".join('%s = "%s"\n' % (name, value.replace('"', "")) for name, value in settings.items()) + own)
    say("%s: %s moved to .user.ini, where php-fpm reads it." % (path, ", ".join(settings)))
