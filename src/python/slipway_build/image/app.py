"""The one layer of such an app: the image's own file system, and what its configuration says."""
import os

from slipway_build.image import archives, configuration, registries, rootfs


def build(request, paths):
    # Of the app's: a proxy or an authority in it would see with which login of the server's an image is read.
    request.config = {}
    work = os.path.join(paths.root, "work")
    os.makedirs(work)
    reference = request.details.get("reference")
    if reference:
        layout, digest, config = registries.pull(request, paths, reference, work)
    else:
        layout, digest, config = archives.convert(request, paths, work)
    rootfs.unpack(request, paths, layout)
    configuration.write(request, paths, config, digest, reference)
