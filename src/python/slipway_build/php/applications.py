"""PHP applications that Slipway knows by their files, and what each of them needs to run here unchanged."""
import os
import shutil

from slipway_build.errors import BuildError
from slipway_build.log import say

HERE = os.path.dirname(os.path.abspath(__file__))
DEBIANS_CACHE = "/var/cache/mediawiki"


class Application:
    def __init__(self, name=None, volumes=None, processes=None, caches=None):
        self.name = name
        # Name → path in the instance, of what visitors and authors upload.
        self.volumes = volumes or {}
        self.processes = processes or {}
        # Volumes too, for what the application keeps outside of its folder and could make again.
        self.caches = caches or {}

    def origins(self):
        """Where the values are from that it brings, for `slipway explain`."""
        origin = "found: %s" % self.name
        volumes = {"volumes.%s.path" % name: origin for name in [*self.volumes, *self.caches]}
        return {**volumes, **({"hooks.release": origin} if "release" in self.processes else {})}


def find(request, paths):
    def has(*names):
        return all(os.path.exists(os.path.join(paths.app, name)) for name in names)

    if has("wp-load.php", "wp-settings.php", "wp-includes/version.php"):
        return wordpress(request, paths)
    if has("includes/WebStart.php", "index.php", "maintenance/update.php", "mw-config"):
        return mediawiki(paths)
    return Application()


def wordpress(request, paths):
    config = os.path.join(paths.app, "wp-config.php")
    debians = os.path.exists(config) and "/etc/wordpress/" in read(config)
    if debians or not os.path.exists(config):
        if "DATABASE_URL" not in request.config:
            raise BuildError(
                "database_missing",
                "WordPress keeps everything in a MariaDB database, and this app has none.",
                next="slipway addons create mariadb --app %s; then: slipway deploy" % request.app,
            )
        say(
            "WordPress %s: it gets one that takes everything from the app's environment."
            % ("with Debian's wp-config.php, which reads settings in /etc/wordpress" if debians else "without a wp-config.php")
        )
        shutil.copyfile(os.path.join(HERE, "wp-config.php"), config)
    say("WordPress: what is uploaded is kept on a volume.")
    return Application("WordPress", volumes={"uploads": "/app/wp-content/uploads"})


def mediawiki(paths):
    say("MediaWiki: what is uploaded is kept on a volume.")
    found = Application("MediaWiki", volumes={"images": "/app/images"})
    # Debian's package sets $wgCacheDirectory so, and nothing is served without it.
    settings = os.path.join(paths.app, "includes/PlatformSettings.php")
    if os.path.exists(settings) and DEBIANS_CACHE in read(settings):
        say("MediaWiki of Debian's package: its cache, %s, is a volume." % DEBIANS_CACHE)
        found.caches["cache"] = DEBIANS_CACHE
    if os.path.exists(os.path.join(paths.app, "LocalSettings.php")):
        found.processes["release"] = "php maintenance/update.php --quick"
    else:
        say("MediaWiki without a LocalSettings.php: open /mw-config/ of the site, then put the file that it makes beside index.php and deploy again.")
    return found


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
