"""The relay as a whole: a port, a spool, and the way to slipwayd."""
import asyncio
import concurrent.futures
import logging
import os
import signal
import warnings

from slipway_mail.handover import Handover
from slipway_mail.log import say
from slipway_mail.senders import Senders
from slipway_mail.session import IDLE_SECONDS, Handler, Open, Session
from slipway_mail.spool import Spool

MIB = 1 << 20
GRACE_SECONDS = 10


def main(environ):
    # aiosmtpd warns, for each connection, of a login without TLS: the way is a bridge inside of one machine.
    warnings.simplefilter("ignore")
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    asyncio.run(serve(environ))
    return 0


async def serve(environ):
    loop = asyncio.get_running_loop()
    # Two write to the disk while one waits for slipwayd and one asks it.
    loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(4))
    spool = Spool(
        os.path.join(environ.get("FOLDER", "/data"), "spool"),
        int(environ.get("SPOOL_BYTES", 256 * MIB)),
        int(environ.get("SPOOL_BYTES_OF_ONE", 96 * MIB)),
        int(environ.get("MESSAGE_BYTES", 25 * MIB)),
    )
    senders = Senders(bytes.fromhex(environ["LOGIN_KEY"]), int(environ.get("HOURLY_LIMIT", 500)))
    host, _, port = environ["SLIPWAYD"].rpartition(":")
    handover = Handover(spool, senders, host, int(port), environ["HANDOVER_KEY"])
    handler, opened = Handler(senders, handover.ask.set), Open()

    def session():
        return Session(
            handler,
            spool,
            senders,
            opened,
            handover.wake.set,
            hostname=environ.get("NAME", "mail"),
            ident="Slipway",
            data_size_limit=spool.most_bytes_of_message,
            enable_SMTPUTF8=True,
            auth_required=True,
            auth_require_tls=False,
            authenticator=handler.log_in,
            timeout=IDLE_SECONDS,
            command_call_limit={"AUTH": 3, "*": 1_000_000},
            loop=loop,
        )

    listen, _, listen_port = environ.get("LISTEN", "0.0.0.0:25").rpartition(":")
    server = await loop.create_server(session, listen, int(listen_port), backlog=100)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    tasks = [asyncio.create_task(handover.run()), asyncio.create_task(handover.learn())]
    say("takes mail on %s:%s; %d messages wait" % (*server.sockets[0].getsockname(), len(spool.waiting)))
    await asyncio.wait([asyncio.create_task(ended.wait()), *tasks], return_when=asyncio.FIRST_COMPLETED)
    server.close()
    # Who is in the middle of a message ends it; nobody begins another.
    for _ in range(GRACE_SECONDS * 10):
        if not opened.taking:
            break
        await asyncio.sleep(0.1)
    for task in tasks:
        if task.done():
            task.result()
    os._exit(0)  # a thread that waits for slipwayd holds nothing that has to be ended well
