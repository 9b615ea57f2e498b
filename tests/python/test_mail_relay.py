"""The relay that apps hand their mail to: the real program, Python's smtplib as the app, an HTTP server as slipwayd."""
import hashlib
import hmac
import http.server
import json
import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from support import PLATFORM

KEY = b"k" * 32
USER = "blog.0011aabb"
MIB = 1 << 20


def password_of(user, key=KEY):
    return hmac.digest(key, user.encode(), hashlib.sha256)[:20].hex()


class Slipwayd:
    """Takes what is handed over, or answers what it is told to."""

    def __init__(self, port=0):
        came, senders = self.came, self.senders = [], {}
        self.status, self.refused = 204, []
        outer = self

        class Door(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.answer(200, json.dumps(senders).encode())

            def do_POST(self):
                first, _, message = self.rfile.read(int(self.headers["Content-Length"])).partition(b"\n")
                key = self.headers["Authorization"]
                if outer.status == 204:
                    came.append((json.loads(first), message, key))
                else:
                    outer.refused.append(json.loads(first)["id"])
                self.answer(outer.status, b"")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Door)
        self.server.handle_error = lambda *_: None  # a relay that is killed hangs up
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Relay(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.slipwayd = Slipwayd()
        self.addCleanup(self.slipwayd.close)
        self.processes = []
        self.addCleanup(lambda: [(process.kill(), process.communicate()) for process in self.processes])

    def start(self, away=False, **settings):
        environ = {
            "FOLDER": self.folder,
            "LISTEN": "127.0.0.1:0",
            "SLIPWAYD": "127.0.0.1:%d" % (1 if away else self.slipwayd.port),
            "LOGIN_KEY": KEY.hex(),
            "HANDOVER_KEY": "handover",
            **{name: str(value) for name, value in settings.items()},
        }
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-I", "-B", os.path.join(PLATFORM, "slipway_mail")], env=environ, stdout=subprocess.PIPE, text=True
        )
        self.processes.append(self.process)
        self.port = int(re.search(r":(\d+);", self.process.stdout.readline()).group(1))

    def client(self, user=USER):
        client = smtplib.SMTP("127.0.0.1", self.port, timeout=20)
        self.addCleanup(client.close)
        if user:
            client.login(user, password_of(user))
        return client

    def send(self, message=b"Subject: x\r\n\r\nhello\r\n", to=("ada@example.org",), client=None):
        (client or self.client()).sendmail("app@example.org", list(to), message)

    def waiting(self):
        return sorted(os.listdir(os.path.join(self.folder, "spool")))

    def until(self, holds, seconds=20):
        for _ in range(seconds * 50):
            if holds():
                return
            time.sleep(0.02)
        self.fail("it did not come to that; %r wait, %d came" % (self.waiting(), len(self.slipwayd.came)))

    def test_a_message_is_handed_over_as_it_was_sent(self):
        self.start()
        message = b"Subject: dots\r\n\r\n.one\r\n..two\r\n\r\n.\r\nlong " + b"x" * 20000 + "\r\nümläut".encode() + b"\r\n"
        self.send(message, ["ada@example.org", "bob@example.org"])
        self.until(lambda: self.slipwayd.came)
        envelope, came, key = self.slipwayd.came[0]
        self.assertEqual((came, key), (message, "Bearer handover"))
        self.assertEqual(
            (envelope["user"], envelope["from"], envelope["to"]), (USER, "app@example.org", ["ada@example.org", "bob@example.org"])
        )
        self.assertAlmostEqual(envelope["at"], time.time(), delta=20)
        self.until(lambda: not self.waiting())

    def test_who_does_not_log_in_sends_nothing(self):
        self.start()
        with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
            self.send(client=self.client(user=None))
        self.assertEqual(refused.exception.smtp_code, 530)
        for user, password in (
            (USER, "wrong"),
            (USER, password_of("other.0011aabb")),
            ("blog", password_of("blog")),
            ("", ""),
            ("bl\u00f6g.0011aabb", "x"),
            (USER + "\n", password_of(USER + "\n")),
        ):
            with self.subTest(user), self.assertRaises((smtplib.SMTPAuthenticationError, smtplib.SMTPException, UnicodeError)):
                self.client(user=None).login(user, password)
        client = self.client(user=None)
        client.ehlo()
        for _ in range(3):
            self.assertEqual(client.docmd("AUTH", "PLAIN !!")[0], 501)
        self.assertEqual(client.docmd("AUTH", "PLAIN !!")[0], 421)

    def test_a_message_too_large_is_refused_before_and_after(self):
        self.start(MESSAGE_BYTES=MIB)
        with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
            self.send(b"x" * (2 * MIB))
        self.assertEqual(refused.exception.smtp_code, 552)
        client = self.client()
        client.ehlo()
        client.esmtp_features.pop("size")  # a client that does not say how much comes
        client.mail("app@example.org")
        client.rcpt("ada@example.org")
        self.assertEqual(client.data(b"x" * (2 * MIB))[0], 552)
        self.send(client=client)
        self.assertEqual(self.waiting_or_came(), 1)

    def waiting_or_came(self):
        self.until(lambda: self.slipwayd.came and not self.waiting())
        return len(self.slipwayd.came)

    def test_a_large_message_does_not_need_its_size_in_memory(self):
        self.start(away=True)
        self.send(b"Subject: big\r\n\r\n" + (b"x" * 70 + b"\r\n") * (24 * MIB // 72))
        with open("/proc/%d/status" % self.process.pid) as status:
            peak = int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1))
        self.assertLess(peak, 48 << 10)

    def test_limits_have_words(self):
        self.slipwayd.senders[USER] = {"app": "renamed", "limit": 3}
        self.start(HOURLY_LIMIT=2)
        time.sleep(0.3)
        client = self.client()
        for _ in range(3):
            self.send(client=client)
        with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
            self.send(client=client)
        words = refused.exception.smtp_error.decode()
        self.assertEqual(refused.exception.smtp_code, 450)
        self.assertIn("4.7.1 renamed has sent 3 messages within an hour", words)
        self.assertIn("slipway mail limit 100 --app renamed", words)
        self.send(client=self.client("other.00112233"))  # whose limit is its own
        self.slipwayd.senders[USER]["limit"] = 5
        again = self.client()
        self.until(lambda: again.mail("app@example.org")[0] == 250, seconds=15)

        client = self.client("other.00112233")
        client.mail("app@example.org")
        answers = [client.rcpt("r%d@example.org" % number)[0] for number in range(101)]
        self.assertEqual((set(answers[:100]), answers[100]), ({250}, 452))

    def test_the_spool_has_an_end_and_one_app_does_not_take_all_of_it(self):
        self.start(away=True, SPOOL_BYTES=3 * MIB, SPOOL_BYTES_OF_ONE=MIB)
        big = b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 10000
        self.send(big)
        with self.assertRaises(smtplib.SMTPResponseException) as refused:
            self.send(big)
        self.assertEqual(refused.exception.smtp_code, 452)
        self.assertIn(b"Too much mail of blog waits", refused.exception.smtp_error)
        self.assertEqual(len(self.waiting()), 1)
        self.send(big, client=self.client("other.00112233"))
        self.assertEqual(len(self.waiting()), 2)

    def test_addresses_that_could_be_more_than_one_line_are_refused(self):
        self.start()
        client = self.client()
        client.ehlo()
        for address in ('"a\rb"@example.org', '"a b"@example.org', "a\x01@example.org", "a\udcff@example.org", "x" * 300 + "@example.org"):
            with self.subTest(address):
                client.sock.sendall(b"MAIL FROM:<" + address.encode("utf-8", "surrogateescape") + b">\r\n")
                self.assertIn(client.getreply()[0], (500, 501, 553))
        client.mail("app@example.org")
        client.sock.sendall(b'RCPT TO:<"a\rRCPT TO:<b@example.org>"@example.org>\r\n')
        self.assertIn(client.getreply()[0], (501, 553))
        self.assertEqual(client.rcpt("joerg@example.org")[0], 250)

    def test_the_end_of_a_message_is_the_standards_and_no_other(self):
        """Else one message could smuggle in another, which nobody checked."""
        self.start()
        body = b"Subject: x\r\n\r\nfirst\n.\nMAIL FROM:<evil@example.org>\r\n.\nx\n.\r\ny\r\n"
        client = self.client()
        client.ehlo()
        client.mail("app@example.org")
        client.rcpt("ada@example.org")
        client.docmd("DATA")
        client.sock.sendall(body.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        self.assertEqual(client.getreply()[0], 250)
        self.assertEqual(self.waiting_or_came(), 1)
        self.assertEqual(self.slipwayd.came[0][1], body)

    def test_too_many_connections_are_turned_away(self):
        self.start()
        held = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(20)]
        for one in held:
            self.addCleanup(one.close)
            self.assertTrue(one.recv(100).startswith(b"220"))
        with socket.create_connection(("127.0.0.1", self.port)) as more:
            self.assertTrue(more.recv(100).startswith(b"421"))
        held[0].close()
        self.until(lambda: self.greeting().startswith(b"220"))

    def greeting(self):
        with socket.create_connection(("127.0.0.1", self.port)) as one:
            return one.recv(100)

    def test_two_at_once_do_not_mix(self):
        self.start()
        one, two = self.client(), self.client("other.00112233")
        for client, name in ((one, "one"), (two, "two")):
            client.ehlo()
            client.mail(name + "@example.org")
            client.rcpt("ada@example.org")
            client.docmd("DATA")
        for piece in range(50):
            one.sock.sendall(b"one %d\r\n" % piece)
            two.sock.sendall(b"two %d\r\n" % piece)
        for client in (two, one):
            client.sock.sendall(b".\r\n")
            self.assertEqual(client.getreply()[0], 250)
        self.until(lambda: len(self.slipwayd.came) == 2)
        for envelope, message, _ in self.slipwayd.came:
            name = envelope["from"][:3]
            self.assertEqual(message, b"".join(b"%s %d\r\n" % (name.encode(), piece) for piece in range(50)))

    def test_who_leaves_in_the_middle_leaves_nothing(self):
        self.start(away=True)
        client = self.client()
        client.mail("app@example.org")
        client.rcpt("ada@example.org")
        client.docmd("DATA")
        client.sock.sendall(b"Subject: half\r\n\r\n" + b"x" * 100000)
        self.until(lambda: len(self.waiting()) == 1)
        client.close()
        self.until(lambda: not self.waiting())
        self.send()
        self.assertEqual(len(self.waiting()), 1)

    def test_what_was_acknowledged_survives_being_killed(self):
        self.start(away=True)
        for number in range(5):
            self.send(b"Subject: %d\r\n\r\n" % number)
        client = self.client()
        client.mail("app@example.org")
        client.rcpt("ada@example.org")
        client.docmd("DATA")
        client.sock.sendall(b"Subject: not acknowledged\r\n\r\n")
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()
        self.until(lambda: len(self.slipwayd.came) == 5)
        self.assertEqual([message for _, message, _ in self.slipwayd.came], [b"Subject: %d\r\n\r\n" % number for number in range(5)])
        self.until(lambda: not self.waiting())

    def test_slipwayd_away_or_unwilling_is_tried_again(self):
        self.slipwayd.status = 503
        self.start()
        self.send()
        self.until(lambda: len(self.slipwayd.refused) >= 2)
        self.slipwayd.status = 204
        self.until(lambda: self.slipwayd.came, seconds=30)
        port = self.slipwayd.port
        self.slipwayd.close()
        self.send(b"Subject: meanwhile\r\n\r\n")
        time.sleep(1)
        self.assertEqual(len(self.waiting()), 1)
        self.slipwayd = Slipwayd(port)
        self.until(lambda: self.slipwayd.came, seconds=30)
        self.slipwayd.status = 410
        self.send(b"Subject: of an app that is gone\r\n\r\n")
        self.until(lambda: self.slipwayd.refused and not self.waiting())

    def test_it_ends_when_it_is_told_to(self):
        self.start()
        self.client()
        self.process.terminate()
        self.assertEqual(self.process.wait(timeout=15), 0)

    def test_nonsense_does_not_end_it(self):
        self.start()
        for text in (b"\x00" * 100000 + b"\r\n", b"GET / HTTP/1.1\r\n\r\n", b"EHLO x\r\nAUTH PLAIN " + b"A" * 100000 + b"\r\n", b"MAIL FROM:<<>>\r\nRCPT\r\nDATA\r\n"):
            with socket.create_connection(("127.0.0.1", self.port)) as one:
                one.sendall(text)
                one.settimeout(5)
                one.recv(1000)
        self.send()
        self.assertEqual(self.waiting_or_came(), 1)
