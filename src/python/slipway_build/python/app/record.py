"""What a build read and what it made of it, so that the next one can tell what still holds."""
import hashlib
import json
import os

from slipway_build.facts import write_json

FORMAT = 2

# What the answers of Django depend on besides files.
FIELDS = ("kind", "root", "details", "base", "config", "domains", "tls", "database", "process_types", "commands")


class Record:
    def __init__(self, request, hashes):
        self.request = hashlib.sha256(
            json.dumps([FORMAT, [request.fields.get(f) for f in FIELDS]], sort_keys=True).encode()
        ).hexdigest()
        # Path below /app → hash of its content.
        self.hashes = hashes
        # Paths below /app whose content Django saw; None when Django's answers may depend on anything.
        self.seen = None
        # Folder (relative to /) where static files were collected; None where none were.
        self.static_root = None
        self.facts = None

    def answers_of(self, previous):
        """Whether Django would answer now as it did in the previous build."""
        return (
            previous is not None
            and previous.facts is not None
            and previous.seen is not None
            and previous.request == self.request
            # A file that is new may be one that was looked for and not found: local_settings.py, .env.
            and previous.hashes.keys() == self.hashes.keys()
            and all(previous.hashes[path] == self.hashes[path] for path in previous.seen)
        )

    def save(self, paths):
        write_json(
            paths,
            "build.json",
            {
                "format": FORMAT,
                "request": self.request,
                "hashes": self.hashes,
                "seen": sorted(self.seen) if self.seen is not None else None,
                "static_root": self.static_root,
            },
        )

    @classmethod
    def load(cls, paths):
        """That of the previous build; None when there is none, or it is of another format."""
        folder = os.path.join(paths.previous, "slipway")
        try:
            with open(os.path.join(folder, "build.json"), encoding="utf-8") as file:
                saved = json.load(file)
            with open(os.path.join(folder, "facts.json"), encoding="utf-8") as file:
                facts = json.load(file)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if saved["format"] != FORMAT:
            return None
        record = cls.__new__(cls)
        record.request, record.hashes = saved["request"], saved["hashes"]
        record.seen = set(saved["seen"]) if saved["seen"] is not None else None
        record.static_root, record.facts = saved["static_root"], facts
        return record
