"""Passes what waits on to slipwayd, which is away now and then: the oldest first, again and again until it has it."""
import asyncio
import http.client
import json
import os
import time

from slipway_mail.log import say

SHORTEST, LONGEST = 0.5, 15
LONGEST_OF_ONE = 600
REFRESH_SECONDS, SOONEST_REFRESH = 60, 5
TIMEOUT = 60
GONE = 410


class Handover:
    def __init__(self, spool, senders, host, port, key):
        self.spool, self.senders, self.host, self.port = spool, senders, host, port
        self.headers = {"Authorization": "Bearer " + key}
        self.wake, self.ask = asyncio.Event(), asyncio.Event()
        self.tries, self.due = {}, {}
        self.away = False

    async def run(self):
        pause = SHORTEST
        while True:
            self.wake.clear()
            if await asyncio.to_thread(self.deliver):
                pause = SHORTEST
                try:
                    await asyncio.wait_for(self.wake.wait(), LONGEST if self.due else None)
                except asyncio.TimeoutError:
                    pass
            else:
                await asyncio.sleep(pause)
                pause = min(LONGEST, pause * 2)

    def deliver(self):
        """Tries each that is due; false when slipwayd was not reached, so that the others need not be tried."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        try:
            for path in self.spool.oldest_first():
                if self.due.get(path, 0) <= time.monotonic():
                    self.deliver_one(connection, path)
            if self.away:
                say("slipwayd is there again")
            self.away = False
            return True
        except (OSError, http.client.HTTPException) as error:
            if not self.away:
                say("slipwayd is away, %d messages wait: %s" % (len(self.spool.waiting), error))
            self.away = True
            return False
        finally:
            connection.close()

    def deliver_one(self, connection, path):
        with open(path, "rb") as file:
            length = str(os.fstat(file.fileno()).st_size)
            connection.request("POST", "/mail", file, {**self.headers, "Content-Length": length, "Content-Type": "application/octet-stream"})
        answer = connection.getresponse()
        words = answer.read(1000)
        if 200 <= answer.status < 300 or answer.status == GONE:
            self.tries.pop(path, None)
            self.due.pop(path, None)
            self.spool.remove(path)
            return
        # This one it does not want, or not now; that must not hold the others up.
        tries = self.tries[path] = self.tries.get(path, 0) + 1
        self.due[path] = time.monotonic() + min(LONGEST_OF_ONE, 2**tries)
        if tries == 1:
            say("slipwayd does not take %s: %d %s" % (os.path.basename(path), answer.status, words.decode("utf-8", "replace")))

    async def learn(self):
        """Keeps what slipwayd says of the apps, their limits among it; without an answer the last one holds."""
        while True:
            self.ask.clear()
            apps = await asyncio.to_thread(self.read_apps)
            if apps is not None:
                self.senders.apps = apps
            await asyncio.sleep(SOONEST_REFRESH)
            try:
                await asyncio.wait_for(self.ask.wait(), REFRESH_SECONDS - SOONEST_REFRESH)
            except asyncio.TimeoutError:
                pass

    def read_apps(self):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)
        try:
            connection.request("GET", "/mail/senders", headers=self.headers)
            answer = connection.getresponse()
            return json.loads(answer.read()) if answer.status == 200 else None
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()
