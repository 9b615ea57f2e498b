"""Who may send, and how much: told apart by a key that only slipwayd and this relay have, so that nobody need be asked."""
import collections
import hashlib
import hmac
import re
import time

NAME = re.compile(r"[a-z0-9-]{1,64}\.[0-9a-f]{8}", re.ASCII)
HOUR = 3600


class Senders:
    def __init__(self, key, limit, clock=time.monotonic):
        self.key, self.limit, self.clock = key, limit, clock
        self.apps = {}  # user -> {"app": name, "limit": n}, as slipwayd last said
        self.sent = collections.defaultdict(collections.deque)

    def password_of(self, user):
        return hmac.digest(self.key, user.encode(), hashlib.sha256)[:20].hex()

    def may_log_in(self, user, password):
        try:
            name = user.decode("ascii")
        except UnicodeDecodeError:
            return False
        return NAME.fullmatch(name) is not None and hmac.compare_digest(password, self.password_of(name).encode())

    def name_of(self, user):
        return self.apps.get(user, {}).get("app") or user.rpartition(".")[0]

    def limit_of(self, user):
        return self.apps.get(user, {}).get("limit", self.limit)

    def has_reached_limit(self, user):
        sent, now = self.sent[user], self.clock()
        while sent and now - sent[0] >= HOUR:
            sent.popleft()
        reached = len(sent) >= self.limit_of(user)
        if not sent:
            del self.sent[user]
        return reached

    def count(self, user):
        self.sent[user].append(self.clock())
