"""The one layer of such an app: what its Dockerfile makes, taken apart as an image from elsewhere is."""
import os

from slipway_build.docker import dockerfile, storage
from slipway_build.errors import BuildError
from slipway_build.image import archives, configuration, registries, rootfs

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def build(request, paths):
    # As on Heroku, config vars are for the app that runs; a Dockerfile gets what heroku.yml says, and the way out.
    request.config = {key: value for key, value in request.config.items() if key.upper() in PROXIES}
    work = os.path.join(paths.root, "work")
    os.makedirs(work)
    login = registries.write_logins(request, os.path.join(work, "logins.json"))
    buildah = storage.open(request, paths, work)
    try:
        dockerfile.build(request, paths, buildah, login)
        config = buildah.config()
        layout = os.path.join(work, "layout")
        archives.run(request, paths, buildah.command("push", "--quiet", storage.IMAGE, "oci:%s:%s" % (layout, archives.NAME)), buildah.environment)
    except BuildError as error:
        # What fills the disk stays behind as layers, and the next build would find no room.
        if error.id == "disk_full":
            buildah.forget()
        raise
    finally:
        os.unlink(login)
    digest = archives.manifest_digest(layout)
    rootfs.unpack(request, paths, layout)
    configuration.write(request, paths, config, digest, None)
