"""One client's conversation: aiosmtpd's, but that a message goes to the disk as it comes and never is in memory whole."""
import asyncio
import collections
import re

from aiosmtpd.smtp import SMTP, AuthResult

from slipway_mail.log import say
from slipway_mail.spool import Full, Incoming, TooLarge

RECIPIENTS = 100
CONNECTIONS, CONNECTIONS_OF_ONE = 100, 20
IDLE_SECONDS, DATA_SECONDS = 120, 300
# No blanks or control characters in it: it goes into headers, commands and pages later on.
ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f<>]{1,254}")


class Open:
    """The connections that there are, by address, and the messages that come in by them now."""

    def __init__(self):
        self.of = collections.Counter()
        self.taking = 0

    def may_come(self, address):
        return sum(self.of.values()) < CONNECTIONS and self.of[address] < CONNECTIONS_OF_ONE

    def add(self, address, count):
        self.of[address] += count
        if not self.of[address]:
            del self.of[address]


class Handler:
    """What aiosmtpd asks as a conversation goes on."""

    def __init__(self, senders, on_limit):
        self.senders, self.on_limit = senders, on_limit

    def log_in(self, server, session, envelope, mechanism, data):
        good = self.senders.may_log_in(data.login, data.password)
        if not good:
            say("login refused: %s as %r" % (session.peer[0], data.login[:80]))
        return AuthResult(success=good, handled=False, auth_data=data.login.decode("ascii") if good else None)

    def limit_words(self, user):
        self.on_limit()
        limit = self.senders.limit_of(user)
        return (
            "450 4.7.1 %s has sent %d messages within an hour, which is its limit. "
            "It may again later; an admin raises the limit: slipway mail limit %d --app %s"
            % (self.senders.name_of(user), limit, max(2 * limit, 100), self.senders.name_of(user))
        )

    async def handle_MAIL(self, server, session, envelope, address, options):
        if not is_address(address):
            return "553 5.1.7 That is not the address of a sender."
        if self.senders.has_reached_limit(session.auth_data):
            return self.limit_words(session.auth_data)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not is_address(address):
            return "553 5.1.3 That is not the address of a recipient."
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 A message has at most %d recipients; send it again to the others." % RECIPIENTS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_exception(self, error):
        say("failed: %s: %s" % (type(error).__name__, error))
        return "451 4.3.0 The relay failed at this; try again."


class Session(SMTP):
    line_length_limit = 8192

    def __init__(self, handler, spool, senders, opened, on_message, **options):
        super().__init__(handler, **options)
        self.handler, self.spool, self.senders, self.opened, self.on_message = handler, spool, senders, opened, on_message
        self.address, self.refused = None, False

    def connection_made(self, transport):
        self.address = (transport.get_extra_info("peername") or ("?",))[0]
        if not self.opened.may_come(self.address):
            self.refused = True
            transport.write(b"421 4.7.0 Too many connections; close some and try again.\r\n")
            transport.close()
            return
        self.opened.add(self.address, 1)
        super().connection_made(transport)

    def connection_lost(self, error):
        if not self.refused:
            self.opened.add(self.address, -1)
            super().connection_lost(error)

    def eof_received(self):
        return False if self.refused else super().eof_received()

    def data_received(self, data):
        if not self.refused:
            super().data_received(data)

    async def smtp_DATA(self, arg):
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        user = self.session.auth_data
        if self.senders.has_reached_limit(user):
            await self.push(self.handler.limit_words(user))
            return
        if not self.spool.has_room(user, 1):
            await self.push(self.full_words(user))
            return
        self.senders.count(user)
        self._reset_timeout(DATA_SECONDS)
        envelope = {"from": self.envelope.mail_from, "to": self.envelope.rcpt_tos}
        self._set_post_data_state()
        self.opened.taking += 1
        try:
            await self.push(await self.take(Incoming(self.spool, user, envelope)))
        finally:
            self.opened.taking -= 1

    async def take(self, message):
        kept = False
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            refusal = await self.copy_to(message)
            if refusal:
                return refusal
            # Once it is being written for good, a client that leaves does not stop it: it may be there already.
            writing = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(None, message.commit))
            writing.add_done_callback(lambda done: self.written(message, done))
            kept = True
            await asyncio.shield(writing)
            return "250 2.0.0 OK: kept as %s" % message.path.rpartition("-")[2][: -len(".mail")]
        finally:
            if not kept:
                message.drop()

    def written(self, message, done):
        if done.cancelled() or done.exception():
            message.drop()
            return
        message.keep()
        say("took %d bytes of %s" % (message.size, message.user))
        self.on_message()

    def full_words(self, user):
        name = self.senders.name_of(user)
        return "452 4.3.1 Too much mail of %s waits here for slipwayd; try again. On the server: slipway doctor" % name

    async def copy_to(self, message):
        """All of it is read whatever becomes of it: a client hears nothing before it has said all."""
        refusal, begins = None, True
        while True:
            try:
                piece = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError as long:
                piece = await self._reader.read(max(long.consumed, 1))
            if begins and piece == b".\r\n":
                return refusal
            if begins and piece.startswith(b"."):
                piece = piece[1:]
            begins = piece.endswith(b"\r\n")
            if refusal is None:
                try:
                    message.write(piece)
                except TooLarge:
                    refusal = "552 5.3.4 A message has at most %d bytes." % self.spool.most_bytes_of_message
                except Full:
                    refusal = self.full_words(message.user)
                except OSError as error:
                    say("cannot write: %s" % error)
                    refusal = "452 4.3.1 The message cannot be written to the disk; try again."


def is_address(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return ADDRESS.fullmatch(text) is not None
