"""PHP applications that Slipway knows by their files, and what each of them needs to run here unchanged."""
import os
import shutil

from slipway_build.log import say

HERE = os.path.dirname(os.path.abspath(__file__))


class Application:
    def __init__(self, volumes=None, processes=None):
        # Name → path in the instance, of what visitors and authors upload.
        self.volumes = volumes or {}
        self.processes = processes or {}


def find(request, paths):
    def has(*names):
        return all(os.path.exists(os.path.join(paths.app, name)) for name in names)

    if has("wp-load.php", "wp-settings.php", "wp-includes/version.php"):
        return wordpress(paths)
    if has("includes/WebStart.php", "index.php", "maintenance/update.php", "mw-config"):
        return mediawiki(paths)
    return Application()


def wordpress(paths):
    config = os.path.join(paths.app, "wp-config.php")
    if not os.path.exists(config):
        say("WordPress without a wp-config.php: it gets one that takes everything from the app's environment.")
        shutil.copyfile(os.path.join(HERE, "wp-config.php"), config)
    elif "/etc/wordpress/" in read(config):
        say("WordPress with Debian's wp-config.php, which looks for its settings in /etc/wordpress: it gets one that takes them from the app's environment.")
        os.unlink(config)
        shutil.copyfile(os.path.join(HERE, "wp-config.php"), config)
    say("WordPress: what is uploaded is kept on a volume.")
    return Application(volumes={"uploads": "/app/wp-content/uploads"})


def mediawiki(paths):
    say("MediaWiki: what is uploaded is kept on a volume.")
    if not os.path.exists(os.path.join(paths.app, "LocalSettings.php")):
        say("MediaWiki without a LocalSettings.php: open /mw-config/ of the site, then put the file that it makes beside index.php and deploy again.")
        return Application(volumes={"images": "/app/images"})
    return Application(volumes={"images": "/app/images"}, processes={"release": "php maintenance/update.php --quick"})


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
