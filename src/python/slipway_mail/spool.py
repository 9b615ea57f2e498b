"""Messages on their way: a file each, whose first line is a JSON of the envelope, and the rest the message as it came."""
import json
import os
import threading
import time
import uuid


class Full(Exception):
    """There is no room for the message now."""


class TooLarge(Exception):
    """The message is larger than any may be."""


class Spool:
    def __init__(self, folder, most_bytes, most_bytes_of_one, most_bytes_of_message):
        self.folder = folder
        self.most_bytes, self.most_bytes_of_one = most_bytes, most_bytes_of_one
        self.most_bytes_of_message = most_bytes_of_message
        # The loop adds to these; the thread that talks to slipwayd takes away.
        self.lock = threading.Lock()
        self.waiting = {}
        self.bytes, self.bytes_of = 0, {}
        os.makedirs(folder, mode=0o700, exist_ok=True)
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if not name.endswith(".mail"):
                os.unlink(path)  # it was never acknowledged
                continue
            user, size = envelope_of(path)["user"], os.path.getsize(path)
            self.add(path, user, size)
            self.charge(user, size)

    def charge(self, user, count):
        with self.lock:
            self.bytes += count
            left = self.bytes_of.get(user, 0) + count
            if left:
                self.bytes_of[user] = left
            else:
                self.bytes_of.pop(user, None)

    def has_room(self, user, count):
        with self.lock:
            return self.bytes + count <= self.most_bytes and self.bytes_of.get(user, 0) + count <= self.most_bytes_of_one

    def oldest_first(self):
        with self.lock:
            return sorted(self.waiting)

    def add(self, path, user, size):
        with self.lock:
            self.waiting[path] = (user, size)

    def remove(self, path):
        os.unlink(path)
        with self.lock:
            user, size = self.waiting.pop(path)
        self.charge(user, -size)


class Incoming:
    """A message while it comes in. `commit` makes it one that waits; `drop` forgets all of it."""

    def __init__(self, spool, user, envelope):
        self.spool, self.user, self.size = spool, user, 0
        name = "%016x-%s" % (time.time_ns(), uuid.uuid4().hex)
        self.path = os.path.join(spool.folder, name + ".mail")
        self.part = self.path + ".part"
        self.file = open(self.part, "xb", buffering=64 << 10)
        self.file.write(json.dumps({"id": name[17:], "user": user, "at": time.time(), **envelope}).encode() + b"\n")

    def write(self, piece):
        if self.size + len(piece) > self.spool.most_bytes_of_message:
            raise TooLarge
        if not self.spool.has_room(self.user, len(piece)):
            raise Full
        self.file.write(piece)
        self.size += len(piece)
        self.spool.charge(self.user, len(piece))

    def commit(self):
        """Only what is on the disk may be acknowledged. Called in a thread of its own, for a disk may be slow."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        os.rename(self.part, self.path)
        folder = os.open(self.spool.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def keep(self):
        self.spool.add(self.path, self.user, self.size)

    def drop(self):
        self.spool.charge(self.user, -self.size)
        try:
            self.file.close()
        except OSError:
            pass  # it could not be written to its end, which is why it goes
        for path in (self.part, self.path):
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass


def envelope_of(path):
    with open(path, "rb") as file:
        return json.loads(file.readline())
