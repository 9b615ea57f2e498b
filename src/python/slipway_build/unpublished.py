"""What lies in folders of sites without being meant for visitors."""
import re

# The web's own conventions put files for everyone there.
PUBLIC = ".well-known"

# Editors' and people's backups, databases' dumps.
BACKUP = re.compile(
    r"(~|\.(bak|backup|old|orig|save|swp|swo|rej)|\.(sql|dump)(\.(gz|bz2|xz|zst|zip))?|^#.*#)$", re.IGNORECASE
)

# For Slipway and other tools.
OURS = {"Procfile", "slipway.toml", "app.json", "_redirects", "_headers", "node_modules", "DEPLOY-FAILED.txt"}


def is_unpublished(path, name):
    """path: below the site's folder; name: its last part."""
    if path == PUBLIC:
        return False
    return name.startswith(".") or BACKUP.search(name) is not None or path in OURS
