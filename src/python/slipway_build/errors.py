"""Failures that have words."""
import errno
import json


class BuildError(Exception):
    """What a person is told: a stable id, what happened, why, what to do next, and the lines that show it."""

    def __init__(self, id, message, why=None, next=None, evidence=None, details=None):
        super().__init__(message)
        self.id, self.message, self.why, self.next = id, message, why, next
        self.evidence = list(evidence)[-50:] if evidence else None
        # What it is about, for the rules that know what mends it: {"module": "yaml"}.
        self.details = details

    def line(self):
        """The last line of a failed build's log."""
        return "SLIPWAY-ERROR " + json.dumps(
            {"id": self.id, "message": self.message, "why": self.why, "next": self.next, "evidence": self.evidence, "details": self.details}
        )

    @staticmethod
    def of_full_disk(error):
        """The words for an OSError that means no space; None for any other."""
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return None
        return disk_full(str(error))


def disk_full(why):
    return BuildError(
        "disk_full",
        "The build ran out of disk space.",
        why=why,
        next="Deploy a smaller folder (is data or a virtual environment in it?), or free space on the server: df -h.",
    )
